using System.Diagnostics;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>The fastest way out of PostgreSQL: COPY … TO STDOUT BINARY of the tables of a first sync, and nobody looks at the bytes.</summary>
internal static class CopyFloor
{
    public static async Task<Measured> RunAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var tables = EntityTables.All.Where(table => table.Kind.Type != EntityType.ActivityLog).ToList();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        long rows = 0;
        foreach (var table in tables)
        {
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM {table.Name}", connection);
            rows += (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        }

        var buffer = new byte[65_536];
        var start = Stopwatch.GetTimestamp();
        foreach (var table in tables)
        {
            var columns = table.SelectList.Replace("t.", "", StringComparison.Ordinal);
            await using var copy = await connection.BeginRawBinaryCopyAsync(
                $"COPY {table.Name} ({columns}) TO STDOUT (FORMAT BINARY)", cancellationToken);
            while (await copy.ReadAsync(buffer, cancellationToken) > 0)
            {
            }
        }

        return Measured.Since(start, rows);
    }
}
