namespace KhsCrm.Cli.Errors;

/// <summary>What was typed cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
