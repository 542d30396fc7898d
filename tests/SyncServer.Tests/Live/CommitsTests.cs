using System.Collections.Concurrent;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Tests.Kit;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

public sealed class CommitsTests
{
    /// <summary>A NOTIFY that fails is made up for by the next: no device that pushed is left out.</summary>
    [Fact]
    public async Task Devices_that_the_other_servers_could_not_be_told_of_are_told_later()
    {
        await using var first = await RunningServer.StartAsync();
        await first.RunAsync($"ALTER DATABASE {await first.ScalarAsync<string>("SELECT current_database()::text")} SET search_path = public, pg_catalog");
        await first.RunAsync(
            """
            CREATE SEQUENCE failures;
            CREATE TABLE fails (yes boolean);
            CREATE FUNCTION public.pg_notify(text, text) RETURNS void AS $$
            BEGIN
                IF EXISTS (SELECT FROM fails) AND pg_catalog.length($2) > 32 THEN
                    PERFORM nextval('failures');
                    RAISE EXCEPTION 'gone' USING ERRCODE = 'admin_shutdown';
                END IF;
                PERFORM pg_catalog.pg_notify($1, $2);
            END; $$ LANGUAGE plpgsql;
            INSERT INTO fails VALUES (true)
            """);
        await using var server = await first.StartAnotherAsync();
        await using var listener = await first.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        var heard = new ConcurrentBag<Guid>();
        listener.Notification += (_, notice) =>
        {
            foreach (var device in CommitNotice.Parse(notice.Payload)!.Devices)
                heard.Add(device);
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {CommitNotice.Channel}", listener))
            await listen.ExecuteNonQueryAsync(RunningServer.Cancellation);
        var (untold, later) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var commits = server.Service<Commits>();

        commits.Begin(untold).Dispose();
        while (!await first.ScalarAsync<bool>("SELECT is_called FROM failures"))
            RunningServer.Cancellation.ThrowIfCancellationRequested();
        await first.RunAsync("DELETE FROM fails");
        commits.Begin(later).Dispose();
        while (!heard.Contains(later))
            await listener.WaitAsync(RunningServer.Cancellation);

        Assert.Contains(untold, heard);
    }
}
