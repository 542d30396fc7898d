using System.Diagnostics;
using System.Globalization;
using KhsCrm.Benchmarks.Report;
using KhsCrm.SyncClient.Search;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>
/// How long an app's user waits: while a recorded first sync is stored as fast as the store takes it, beside the same statements by
/// plain connections; and afterwards for searches, and for a row beside a search.
/// </summary>
internal static class WaitBenchmark
{
    private const int Searches = 1_500;
    private const double Unnoticed = 150;

    public static async Task RunAsync(string address, BenchReport report, CancellationToken cancellationToken)
    {
        using var recording = await Recording.MakeAsync(address, cancellationToken);
        var floor = await InFolderAsync(async store =>
        {
            using var raw = new RawUser(store.Folder);
            return await FirstSyncAsync("plain SQLite", store, recording, raw, cancellationToken);
        });
        await InFolderAsync(async store =>
        {
            using var app = new AppUser(store);
            var usage = await FirstSyncAsync("the library", store, recording, app, cancellationToken);
            Add("get", usage.Get, floor.Get);
            Add("list", usage.List, floor.List);
            Add("edit", usage.Edit, floor.Edit);
            await SearchAsync(store, app, report, cancellationToken);
            return usage;
        });

        void Add(string name, Latencies value, Latencies plain)
        {
            report.Add(new($"client.wait.{name}", value.Percentile(0.99), "ms p99; the ratio at most 3", plain.Percentile(0.99), 3));
            report.Add(new($"client.wait.{name}.limit", value.Percentile(0.99), "ms p99; a limit", Goal: Unnoticed));
            report.Add(new($"client.wait.{name}.most", value.Most, "ms, the longest; floor: its longest", plain.Most));
        }
    }

    private static async Task<Usage> FirstSyncAsync(
        string who, LocalStore store, Recording recording, IUser user, CancellationToken cancellationToken)
    {
        var replay = new Replay(store, recording);
        await replay.SignInAsync(cancellationToken);
        var running = Task.Run(() => replay.RunAsync(cancellationToken), cancellationToken);
        var usage = await Usage.WhileAsync(running, user, replay);
        var time = await running;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Beside a first sync at {recording.Rows / time.TotalSeconds:#,0} rows/s, {who}:
              get  {usage.Get}
              list {usage.List}
              edit {usage.Edit}
            """));
        return usage;
    }

    private static async Task SearchAsync(LocalStore store, AppUser app, BenchReport report, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var building = Task.Run(() => SearchBuilder.BuildAsync(store, cancellationToken), cancellationToken);
        var ids = await IdsAsync(store, cancellationToken);
        var edits = new Latencies();
        while (!building.IsCompleted)
            await TimeAsync(edits, () => app.EditAsync(Any(ids), "Note"));
        await building;
        report.Add(new("client.search.build", Stopwatch.GetElapsedTime(start).TotalSeconds, "s, in the background"));
        report.Add(new("client.search.build.edit", edits.Percentile(0.99), "ms p99 of an edit meanwhile; a limit", Goal: Unnoticed));

        var words = await Words.ReadAsync(store, cancellationToken);
        var searches = new Latencies();
        for (var turn = 0; turn < Searches; turn++)
            await TimeAsync(searches, () => app.SearchAsync(turn, words.Any()));
        Console.WriteLine($"Searches: {searches}");
        report.Add(new("client.search", searches.Percentile(0.99), "ms p99; a limit", Goal: 50));

        var gets = new Latencies();
        using var searching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beside = Task.Run(
            async () =>
            {
                for (var turn = 0; !searching.IsCancellationRequested; turn++)
                    await app.SearchAsync(turn, words.Any());
            },
            cancellationToken);
        for (var turn = 0; turn < Searches; turn++)
            await TimeAsync(gets, () => app.GetAsync(Any(ids)));
        await searching.CancelAsync();
        await beside;
        Console.WriteLine($"Gets beside searches: {gets}");
        report.Add(new("client.search.get", gets.Percentile(0.99), "ms p99 of a get beside searches; a limit", Goal: 5));
    }

    private static async Task TimeAsync(Latencies latencies, Func<Task> call)
    {
        var start = Stopwatch.GetTimestamp();
        await call();
        latencies.Since(start);
    }

    private static string Any(List<string> ids) => ids[Random.Shared.Next(ids.Count)];

    private static Task<List<string>> IdsAsync(LocalStore store, CancellationToken cancellationToken) => store.ReadAsync(
        connection =>
        {
            List<string> ids = [];
            var row = connection.Prepare("SELECT id FROM customer LIMIT 10000");
            while (row.Step())
                ids.Add(row.Id(0).ToString());
            return ids;
        },
        cancellationToken);

    private static async Task<Usage> InFolderAsync(Func<LocalStore, Task<Usage>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("khscrm-bench-wait-");
        try
        {
            using var store = LocalStore.Open(new StoreFolder(folder.FullName), null, TimeSpan.FromSeconds(30));
            return await measure(store);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
