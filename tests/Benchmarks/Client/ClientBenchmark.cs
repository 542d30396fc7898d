using System.Diagnostics;
using System.Globalization;
using KhsCrm.Benchmarks.Client.Waits;
using KhsCrm.Benchmarks.Report;
using KhsCrm.SyncClient;

namespace KhsCrm.Benchmarks.Client;

/// <summary>A device with many rows: its first sync, its queries, its live queries, its memory and its file.</summary>
internal static class ClientBenchmark
{
    private const int Repeats = 50;

    public static async Task RunAsync(
        BenchDatabase database, BenchReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        using var server = await DevelopmentServer.StartAsync(
            database.ConnectionString,
            (arguments.Number("customers", 20_000), arguments.Number("jobs", 60_000), arguments.Number("materials", 800_000)),
            cancellationToken);
        await WaitBenchmark.RunAsync(server.Url, report, cancellationToken);
        if (arguments.Number("waits-only", 0) == 1)
            return;
        var folder = Directory.CreateTempSubdirectory("khscrm-bench-client-");
        try
        {
            await using (var client = await KhsCrmClient.OpenAsync(
                new() { DataFolder = folder.FullName, ServerAddress = server.Url }, cancellationToken))
            {
                await client.SignInAsync("owner@khscrm.com", "owner-demo-1", cancellationToken);
                await FirstSyncAsync(client, report, cancellationToken);
                await QueriesAsync(client, report, cancellationToken);
                await ObserveAsync(client, report, cancellationToken);
            }

            report.Add(new("client.file", new FileInfo(Path.Combine(folder.FullName, "khscrm.db")).Length / 1e6, "MB"));
            report.Add(new("client.memory", Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB at most"));
            var (value, floor) = await StoreSpeed.MeasureAsync(folder.FullName, cancellationToken);
            report.Add(new("client.store", value, "rows/s", floor, 0.6));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task FirstSyncAsync(KhsCrmClient client, BenchReport report, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var summary = await client.SyncAsync(cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"First sync of {summary.Received:#,0} rows: {seconds:0.0} s"));
        report.Add(new("client.first_sync", summary.Received / seconds, "rows/s"));
    }

    private static async Task QueriesAsync(KhsCrmClient client, BenchReport report, CancellationToken cancellationToken)
    {
        var customers = (await client.Customers.ListAsync(cancellationToken: cancellationToken)).Items;
        var job = (await client.Jobs.ListAsync(new() { PageSize = 1 }, cancellationToken)).Items[0].Id;
        var word = customers[^1].Name.Split(' ')[^1];
        await TimeAsync("customer", () => client.Customers.GetAsync(customers[^1].Id, cancellationToken));
        await TimeAsync("page", () => client.Customers.ListAsync(cancellationToken: cancellationToken));
        await TimeAsync("search", () => client.Customers.ListAsync(
            new() { Search = word, Order = CustomerOrder.LastUpdated, PageSize = 20 }, cancellationToken));
        await TimeAsync("dashboard", () => client.Jobs.ListActiveAsync(cancellationToken: cancellationToken));
        await TimeAsync("assigned", () => client.Jobs.ListAssignedAsync(
            new() { UserId = customers[0].UpdatedById, PageSize = 100 }, cancellationToken));
        await TimeAsync("checklist", () => client.Materials.ListAsync(job, cancellationToken: cancellationToken));

        async Task TimeAsync(string name, Func<Task> query) =>
            report.Add(new($"client.query.{name}", await MedianAsync(_ => query()), "ms"));
    }

    // From an edit on this device to the answer of a live query that shows it.
    private static async Task ObserveAsync(KhsCrmClient client, BenchReport report, CancellationToken cancellationToken)
    {
        var row = (await client.Customers.ListAsync(new() { PageSize = 1 }, cancellationToken)).Items[0];
        await using var pages = client.Customers.ObserveAsync(cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
        await pages.MoveNextAsync();
        report.Add(new("client.observe", await MedianAsync(async number =>
        {
            await client.Customers.UpdateAsync(row.Id, edit => edit.Notes = $"Note {number}", cancellationToken: cancellationToken);
            while (pages.Current.Items.All(item => item.Notes != $"Note {number}"))
                await pages.MoveNextAsync();
        }), "ms"));
    }

    private static async Task<double> MedianAsync(Func<int, Task> run)
    {
        List<double> times = [];
        for (var number = 0; number < Repeats; number++)
        {
            var start = Stopwatch.GetTimestamp();
            await run(number);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repeats / 2);
    }
}
