using Google.Protobuf;
using KhsCrm.SyncClient.Search;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>What people type: one or two words of rows that are there, often only their beginnings, and now and then nonsense.</summary>
internal sealed class Words(List<List<string>> rows)
{
    private const int RowsOfTable = 2_000;

    public static Task<Words> ReadAsync(LocalStore store, CancellationToken cancellationToken) => store.ReadAsync(
        connection => new Words(
        [
            .. Read(connection, RowTables.Customer),
            .. Read(connection, RowTables.Job),
            .. Read(connection, RowTables.Material),
        ]),
        cancellationToken);

    public string Any()
    {
        if (Random.Shared.Next(20) == 0)
            return $"zq{Random.Shared.Next(1_000)}";
        var row = rows[Random.Shared.Next(rows.Count)];
        return string.Join(' ', Enumerable.Range(0, Random.Shared.Next(1, 3)).Select(_ => Beginning(row[Random.Shared.Next(row.Count)])));
    }

    private static string Beginning(string word) => word[..Random.Shared.Next(1, word.Length + 1)];

    private static List<List<string>> Read<T>(StoreConnection connection, RowTable<T> table)
        where T : class, IMessage<T>, new()
    {
        var words = SearchWords.Of(table.TypedKind)!;
        List<List<string>> rows = [];
        var statement = connection.Prepare($"SELECT server FROM {table.Name} ORDER BY random() LIMIT {RowsOfTable}");
        while (statement.Step())
            rows.Add(words(table.ParseRow(statement.Blob(0))));
        return rows;
    }
}
