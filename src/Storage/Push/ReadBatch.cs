using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Statements that are sent in one round trip, each with what takes its rows. They run in order, each with a snapshot of
/// its own (READ COMMITTED).
/// </summary>
internal sealed class ReadBatch(NpgsqlConnection connection) : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch = connection.CreateBatch();
    private readonly List<Action<NpgsqlDataReader>> _readers = [];

    public static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) => new() { TypedValue = [.. ids] };

    public void Add(string sql, Action<NpgsqlDataReader> readRow, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        _batch.BatchCommands.Add(command);
        _readers.Add(readRow);
    }

    /// <summary>Adds a statement that has no rows at all.</summary>
    public void AddCommand(string sql) => _batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        if (_readers.Count == 0)
            return;
        await using var reader = await _batch.ExecuteReaderAsync(cancellationToken);
        foreach (var readRow in _readers)
        {
            while (await reader.ReadAsync(cancellationToken))
                readRow(reader);
            await reader.NextResultAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}
