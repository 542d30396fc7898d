using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>Commits that are acknowledged only once they are durable (DESIGN §1, promise 8).</summary>
internal static class DurableCommit
{
    /// <summary>
    /// A statement of the writing transaction itself, where no pooler can lose it as it can a start-up option. An operator's
    /// <c>remote_apply</c> promises more and stays.
    /// </summary>
    public const string Require = """
        SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') <> 'remote_apply'
        """;

    /// <summary>
    /// Commits. Neither a timeout nor a cancelled caller ends the wait for a synchronous standby: the server would answer as if
    /// it had been confirmed.
    /// </summary>
    /// <exception cref="CommitUnconfirmedException">An administrator cancelled the wait.</exception>
    public static async Task CommitDurablyAsync(this NpgsqlTransaction transaction)
    {
        using var watch = new CommitWatch(transaction.Connection!);
        await transaction.CommitAsync(CancellationToken.None);
        watch.ThrowIfUnconfirmed();
    }
}
