using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>Tries operations of the ledger again, in one transaction or, where that fails, in smaller ones.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="request">How they are tried.</param>
/// <param name="unrecordable">Operations that cannot even be recorded as failed: the log has them once, not at each pass.</param>
/// <param name="logger">Takes the faults.</param>
/// <param name="cancellationToken">Gives up before the commit.</param>
internal sealed class RetryRun(
    NpgsqlDataSource dataSource,
    TimeProvider timeProvider,
    RetryRequest request,
    ConcurrentDictionary<Guid, bool> unrecordable,
    ILogger logger,
    CancellationToken cancellationToken)
    : Narrowing<Retry, WaitingOperation>(dataSource, timeProvider, cancellationToken)
{
    private readonly OperationFaults _faults = new(logger);

    /// <summary>Tries again.</summary>
    /// <param name="ids">Which.</param>
    /// <returns>The operations and what became of them.</returns>
    /// <exception cref="Exception">What is no operation's doing, such as a lost connection.</exception>
    public Task<IReadOnlyList<WaitingOperation>> RunAsync(IEnumerable<Guid> ids) =>
        RunAsync([.. ids.Select(id => new Retry(id))], locks: true);

    protected override async Task<IReadOnlyList<WaitingOperation>?> TryAsync(
        NpgsqlConnection connection, IReadOnlyList<Retry> work, DateTime now, bool locks, CancellationToken cancellationToken)
    {
        var tried = await RetryTransaction.RunAsync(connection, work, request, _faults, now, cancellationToken);
        foreach (var one in tried)
            unrecordable.TryRemove(one.Id, out _);
        return tried;
    }

    protected override async Task<IReadOnlyList<WaitingOperation>> BlameAsync(Retry guilty, Exception exception)
    {
        if (guilty.Fault is null)
        {
            var fault = unrecordable.ContainsKey(guilty.Id)
                ? OperationFaults.Describe(exception)
                : _faults.Report($"{guilty.Id}", exception);
            return await RunAsync([guilty with { Fault = fault }], locks: true);
        }

        if (unrecordable.TryAdd(guilty.Id, true))
            OperationFaultLog.NotRecorded(logger, guilty.Id, exception);
        return [];
    }

    protected override IReadOnlyList<WaitingOperation> GiveUp(IReadOnlyList<Retry> work, Exception exception)
    {
        ExceptionDispatchInfo.Throw(exception);
        return [];
    }
}
