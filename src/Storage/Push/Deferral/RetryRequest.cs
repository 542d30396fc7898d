namespace KhsCrm.Storage.Push.Deferral;

/// <summary>How operations are tried again.</summary>
/// <param name="Statuses">The statuses in which they are to be found; what has another one meanwhile is left alone.</param>
/// <param name="MaxRetries">After how many tries an operation fails.</param>
/// <param name="IsCounted">Whether this counts as one.</param>
internal sealed record RetryRequest(string[] Statuses, int MaxRetries, bool IsCounted);
