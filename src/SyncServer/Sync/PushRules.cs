using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// What a batch must be by itself. A device resends after SEQUENCE_GAP; for numbers that do not fit together that would be the
/// same batch for ever.
/// </summary>
internal static class PushRules
{
    /// <exception cref="RpcFault">It is not; the fault names the first operation that does not fit.</exception>
    public static void Check(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var seq = operations[i].ClientSeq;
            if (i == 0 && seq < 1)
                throw RpcFault.Field("operations[0].client_seq", "must be at least 1");
            if (i > 0 && seq != operations[i - 1].ClientSeq + 1)
                throw RpcFault.Field($"operations[{i}].client_seq", $"must be {operations[i - 1].ClientSeq + 1}, one more than the one before");
        }
    }
}
