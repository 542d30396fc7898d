namespace KhsCrm.Fuzzer.Report;

/// <summary>A fault that was found, and the messages that led to it.</summary>
/// <param name="Kind">What kind of fault: findings of one kind are one.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Record">What the caller had sent, as <see cref="Replay"/> reads it; null where no one caller is the cause.</param>
/// <param name="RequestId">Under which id the server logged it; null where it did not.</param>
internal sealed record FuzzFinding(string Kind, string Text, CallRecord? Record, string? RequestId = null);
