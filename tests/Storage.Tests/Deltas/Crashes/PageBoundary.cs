using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>
/// Ends a transaction whose last record fills a page of the WAL to its end. There the insert position stands behind the
/// header of the next page, which no flush reaches.
/// </summary>
internal static class PageBoundary
{
    private const int Page = 8_192;
    private const int Header = 24;

    // Longer than the longest header of a record, so that the form of the record stays the same.
    private const int Payload = 1_000;

    public static async Task<IAsyncDisposable?> EndThereAsync(CrashServer server)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            await using var connection = await server.DataSource.OpenConnectionAsync(Cancellation);
            var message = await MeasureAsync($"SELECT pg_logical_emit_message(false, 'pad', repeat('x', {Payload}))");
            var end = await MeasureAsync("BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
            // Records begin at multiples of eight bytes; what is over goes into the payload of the next message.
            var room = Page - (int)(await PlaceAsync() % Page) - (int)end;
            var payload = Payload + room - (int)message;
            if (payload < Payload / 2)
                continue;
            await RunAsync($"SELECT pg_logical_emit_message(false, 'pad', repeat('x', {payload}))");
            await RunAsync("BEGIN; SELECT pg_current_xact_id(); ROLLBACK");
            if (await PlaceAsync() % Page == Header)
                return null;

            async Task RunAsync(string sql)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = sql;
                await command.ExecuteNonQueryAsync(Cancellation);
            }

            async Task<long> PlaceAsync()
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
                return (long)(await command.ExecuteScalarAsync(Cancellation))!;
            }

            async Task<long> MeasureAsync(string sql)
            {
                // Over a page's end it would measure the header too.
                while (true)
                {
                    var before = await PlaceAsync();
                    await RunAsync(sql);
                    var after = await PlaceAsync();
                    if (before / Page == after / Page)
                        return after - before;
                }
            }
        }

        throw new InvalidOperationException("No transaction ended at the end of a page.");
    }
}
