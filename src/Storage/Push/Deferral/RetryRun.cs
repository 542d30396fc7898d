using Microsoft.Extensions.Logging;
using Npgsql;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>
/// Tries operations of the ledger again, in one transaction or, where that fails, in smaller ones: as in a push, a fault is
/// found by halves and costs the operation that it is of.
/// </summary>
internal sealed class RetryRun(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger logger)
{
    private const int MaxAttempts = 10;

    private readonly OperationFaults _faults = new(logger);

    /// <summary>Tries again.</summary>
    /// <returns>The operations and what became of them.</returns>
    /// <exception cref="Exception">What is no operation's doing, such as a lost connection.</exception>
    public async Task<IReadOnlyList<WaitingOperation>> TryAsync(RetryRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            try
            {
                var now = timeProvider.GetUtcNow().UtcDateTime;
                now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
                return await RetryTransaction.RunAsync(connection, request, _faults, now, cancellationToken);
            }
            catch (PostgresException exception) when (DatabaseFault.IsTransient(exception) && attempt < MaxAttempts)
            {
                // As in a push.
            }
            catch (Exception exception) when (DatabaseFault.IsOfOperation(exception))
            {
                await connection.CloseAsync();
                return await NarrowAsync(request, exception, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<WaitingOperation>> NarrowAsync(
        RetryRequest request, Exception exception, CancellationToken cancellationToken)
    {
        var half = request.Ids.Length / 2;
        if (half > 0)
        {
            return
            [
                .. await TryAsync(request with { Ids = request.Ids[..half] }, cancellationToken),
                .. await TryAsync(request with { Ids = request.Ids[half..] }, cancellationToken),
            ];
        }

        if (request.Fault is null)
            return await TryAsync(request with { Fault = _faults.Report($"{request.Ids[0]}", exception) }, cancellationToken);
        OperationFaultLog.NotRecorded(logger, exception);
        return [];
    }
}
