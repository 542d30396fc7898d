using KhsCrm.V1;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>That an operation which had waited is final.</summary>
/// <param name="OperationId">The operation.</param>
/// <param name="Result">What became of it; null when another server knows, and the ledger has to be asked.</param>
internal sealed record LateNews(Guid OperationId, OperationResult? Result);
