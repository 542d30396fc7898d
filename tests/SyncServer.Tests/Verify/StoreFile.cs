using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncServer.Tests.Verify;

/// <summary>A device's folder, and what can go wrong with the file in it.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khscrm-verify");

    public string Folder => _folder.FullName;

    /// <summary>Runs SQL on the file, while no client has it open.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params (string Name, object Value)[] values)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = Path.Combine(Folder, "khscrm.db"), Pooling = false };
        using var connection = new SqliteConnection(source.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own statements.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteNonQuery();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
