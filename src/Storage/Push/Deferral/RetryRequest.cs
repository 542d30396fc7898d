using Status = Google.Rpc.Status;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>Which operations to try again, and how.</summary>
/// <param name="Ids">Their ids.</param>
/// <param name="Statuses">The statuses in which they are to be found; what has another one meanwhile is left alone.</param>
/// <param name="MaxRetries">After how many tries an operation fails.</param>
/// <param name="IsCounted">Whether this counts as one.</param>
/// <param name="Fault">What the one operation that is left is told because it made a try fail; null otherwise.</param>
internal sealed record RetryRequest(Guid[] Ids, string[] Statuses, int MaxRetries, bool IsCounted, Status? Fault = null);
