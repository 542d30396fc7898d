using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>
/// Notices when a COMMIT returned although its wait for a synchronous standby was cancelled. PostgreSQL reports this as a
/// warning, not as an error: the transaction is committed here, but a failover may lose it.
/// </summary>
internal sealed class CommitWatch : IDisposable
{
    // The function in PostgreSQL's syncrep.c that raises the warning. Its text is translated; its name is not.
    private const string Routine = "SyncRepWaitForLSN";

    private readonly NpgsqlConnection _connection;
    private volatile bool _isCancelled;

    public CommitWatch(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += OnNotice;
    }

    /// <summary>Throws if the commit is not confirmed.</summary>
    /// <exception cref="CommitUnconfirmedException">The wait for a standby was cancelled.</exception>
    public void ThrowIfUnconfirmed()
    {
        if (_isCancelled)
            throw new CommitUnconfirmedException();
    }

    public void Dispose() => _connection.Notice -= OnNotice;

    private void OnNotice(object sender, NpgsqlNoticeEventArgs notice)
    {
        if (notice.Notice.Routine == Routine)
            _isCancelled = true;
    }
}
