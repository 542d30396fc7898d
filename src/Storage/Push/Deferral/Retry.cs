using Status = Google.Rpc.Status;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>An operation of the ledger that is to be tried again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Fault">What it is told because it made a try fail; null as long as it has not.</param>
internal sealed record Retry(Guid Id, Status? Fault = null);
