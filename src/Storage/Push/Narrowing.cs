using KhsCrm.Storage.Durability;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Runs work in one transaction or, where that fails, in smaller ones: the fault of an operation is found by halves, so that it
/// costs its own result and nothing else (DESIGN §5, "The fault boundary"). One object runs one piece of work.
/// </summary>
/// <typeparam name="TWork">What can be halved.</typeparam>
/// <typeparam name="TResult">What becomes of it.</typeparam>
/// <param name="connections">Where the connections come from.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="cancellationToken">Gives up before the commit.</param>
internal abstract class Narrowing<TWork, TResult>(
    NpgsqlDataSource connections, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    private const int MaxAttempts = 10;

    // What no operation is to blame for, such as a lost connection: whatever is left would meet it too.
    private Exception? _end;

    /// <summary>Runs the work.</summary>
    /// <param name="work">In order.</param>
    /// <param name="locks">Whether the rows are to be locked before anything is decided.</param>
    public async Task<IReadOnlyList<TResult>> RunAsync(IReadOnlyList<TWork> work, bool locks)
    {
        if (_end is not null)
            return GiveUp(work, _end);
        if (!FitsOneTransaction(work))
            return await HalveAsync(work);
        for (var attempt = 1; ; attempt++)
        {
            var isConnected = false;
            try
            {
                var results = await connections.UseAsync(
                    connection =>
                    {
                        isConnected = true;
                        var now = timeProvider.GetUtcNow().UtcDateTime;
                        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
                        return TryAsync(connection, work, now, locks, cancellationToken);
                    },
                    cancellationToken);
                if (results is not null)
                    return results;
            }
            catch (PostgresException exception) when (DatabaseFault.IsTransient(exception) && attempt < MaxAttempts)
            {
                // Deadlock or serialization failure: the other transaction went ahead, so this one can now.
            }
            catch (PostgresException exception) when (DatabaseFault.IsOfConnection(exception) && attempt == 1)
            {
                // They are closed, and the next has prepared nothing.
            }
            catch (PostgresException exception) when (DatabaseFault.FindOfData(exception) is not null && !locks)
            {
                // It may be that what was read has changed: the same, say, was inserted by another.
            }
            catch (Exception exception) when (isConnected && DatabaseFault.IsOfOperation(exception))
            {
                return work.Count > 1 ? await HalveAsync(work) : await BlameAsync(work[0], exception);
            }
#pragma warning disable CA1031 // Whatever it is, it is told of what is left.
            catch (Exception exception)
            {
                _end = exception;
                return GiveUp(work, exception);
            }
#pragma warning restore CA1031

            locks = true;
        }
    }

    /// <summary>Runs the work in one transaction.</summary>
    /// <returns>Null when nothing was committed, and it has to be run again, with locks.</returns>
    protected abstract Task<IReadOnlyList<TResult>?> TryAsync(
        NpgsqlConnection connection, IReadOnlyList<TWork> work, DateTime now, bool locks, CancellationToken cancellationToken);

    /// <summary>Deals with the one piece of work that a fault is of.</summary>
    protected abstract Task<IReadOnlyList<TResult>> BlameAsync(TWork guilty, Exception exception);

    /// <summary>Says of work that was not done why it was not.</summary>
    protected abstract IReadOnlyList<TResult> GiveUp(IReadOnlyList<TWork> work, Exception exception);

    /// <summary>Whether the work may share a transaction.</summary>
    protected virtual bool FitsOneTransaction(IReadOnlyList<TWork> work) => true;

    private async Task<IReadOnlyList<TResult>> HalveAsync(IReadOnlyList<TWork> work)
    {
        var half = work.Count / 2;
        var first = await RunAsync([.. work.Take(half)], locks: true);
        return [.. first, .. await RunAsync([.. work.Skip(half)], locks: true)];
    }
}
