namespace KhsCrm.Development.Postgres;

/// <summary>A private cluster cannot be made, started or used; the message says why and what to do.</summary>
internal sealed class PrivateClusterException(string message, Exception? inner = null) : Exception(message, inner);
