using System.Collections.ObjectModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SQLitePCL;

namespace KhsCrm.SyncClient.Tests.Readme;

/// <summary>The C# of the package's README, so that it compiles. <see cref="ReadmeTests"/> holds the two together.</summary>
internal static class Snippets
{
    public static async Task StartAsync(string folder, string email, string password)
    {
        await using var client = await KhsCrmClient.OpenAsync(new()
        {
            DataFolder = folder,
            ServerAddress = "https://crm.example.com",
        });
        await client.SignInAsync(email, password);
        await client.StartAsync();
        var ada = await client.Customers.AddAsync(new() { Name = "Ada Byron", Address = "12 Mill Lane" });
        await foreach (var page in client.Customers.ObserveAsync(new() { Search = "mill" }))
            Console.WriteLine(string.Join(", ", page.Items.Select(row => row.Name)));
    }

    public static async Task ReadAsync(KhsCrmClient client, string jobId)
    {
        var found = await client.Customers.ListAsync(new() { Search = "byron mill", Order = CustomerOrder.LastUpdated, PageSize = 20 });
        var byPhone = await client.Customers.ListAsync(new() { Search = "555-01" });
        var dashboard = await client.Jobs.ListActiveAsync();
        var mine = await client.Jobs.ListAssignedAsync();
        var checklist = await client.Materials.ListAsync(jobId);
        var bricks = await client.Materials.SearchAsync("red brick");
        var next = await client.Customers.ListAsync(new() { PageToken = found.NextPageToken });
    }

    public static async Task EditAsync(KhsCrmClient client, string customerId, string workerId)
    {
        try
        {
            var job = await client.Jobs.AddAsync(new() { CustomerId = customerId, Title = "Roof" });
            await client.Jobs.UpdateAsync(job.Id, row => row.Notes = "Bring the long ladder");
            await client.Assignments.AssignAsync(job.Id, workerId);
            var nails = await client.Materials.AddAsync(new() { JobId = job.Id, ItemName = "Nails", Quantity = "2.5", Unit = "box" });
            await client.Materials.MarkPurchasedAsync(nails.Id);
            await client.Jobs.ChangeStatusAsync(job.Id, JobStatus.InProgress);
        }
        catch (EditRefusedException refused)
        {
            foreach (var violation in refused.Violations)
                Console.WriteLine($"{violation.Field} {violation.Description}");
        }
    }

    public static async Task ObserveAsync(
        KhsCrmClient client, string jobId, Action<IReadOnlyList<Material>> show, CancellationToken leaving)
    {
        await foreach (var materials in client.Materials.ObserveAsync(jobId, cancellationToken: leaving))
            show(materials);
    }

    public static async Task ShowProgressAsync(KhsCrmClient client, Action<string> show, CancellationToken cancellationToken)
    {
        await foreach (var status in client.ObserveStatusAsync(cancellationToken))
        {
            var text = status.State switch
            {
                SyncState.CatchingUp when status.EstimatedTotal > 0 => $"{100 * status.Received / status.EstimatedTotal} %",
                SyncState.Live => "up to date",
                SyncState.SignedOut => "sign in again",
                SyncState.Failed or SyncState.Offline => status.Failure?.Message ?? "offline",
                var other => other.ToString(),
            };
            show(text);
        }
    }

    public static async Task ResolveAsync(KhsCrmClient client, Predicate<EditConflict> mineIsBetter)
    {
        foreach (var conflict in await client.Outbox.ListConflictsAsync())
        {
            Console.WriteLine($"{string.Join(", ", conflict.Fields)}: mine {conflict.Mine}, theirs {conflict.Theirs}");
            if (mineIsBetter(conflict))
                await client.Outbox.KeepMineAsync(conflict.OperationId);
            else
                await client.Outbox.KeepTheirsAsync(conflict.OperationId);
        }

        foreach (var refused in await client.Outbox.ListAsync(OutboxState.Rejected))
        {
            Console.WriteLine($"{refused.Reason}: {refused.Message}");
            await client.Outbox.RetryAsync(refused.Id); // Or DiscardAsync.
        }
    }

    public static async Task SyncOnceAsync(KhsCrmClient client, CancellationToken cancellationToken)
    {
        var summary = await client.SyncAsync(cancellationToken);
        Console.WriteLine($"Sent {summary.Applied + summary.Merged}, refused {summary.Rejected}, received {summary.Received}");
    }

    public static void OnNetworks(KhsCrmClient client)
    {
        client.NotifyNetworkChanged(); // From the platform's event: connect at once, or replace what may be half open.
        client.Pause();                // On a metered network: edits wait.
        client.Resume();
    }

    public static void ChooseSqlCipher()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_sqlite3).Assembly, (name, _, _) => name == "sqlite3" ? NativeLibrary.Load("libsqlcipher.so.1") : 0);
        raw.SetProvider(new SQLite3Provider_sqlite3());
        raw.FreezeProvider();
    }

    public static KhsCrmClientOptions Certificates(string folder, Uri proxy, string password)
    {
        var options = new KhsCrmClientOptions { DataFolder = folder, ServerAddress = "https://crm.example.com", Proxy = new WebProxy(proxy) };
        options.ClientCertificates.Add(X509CertificateLoader.LoadPkcs12FromFile("device.pfx", password));
        options.CertificateAuthorities.ImportFromPemFile("private-ca.pem");
        return options;
    }

    public static async Task RescueAsync(
        KhsCrmClient client, KhsCrmClientOptions options, string email, string password, Action<string> show)
    {
        try
        {
            await client.Customers.ListAsync();
        }
        catch (KhsCrmException damaged) when (damaged.Reason == ErrorReason.StoreDamaged)
        {
            await client.DisposeAsync();
            var report = await KhsCrmClient.RescueAsync(options);
            show($"{report.SavedEdits} unsent edits were saved, {report.LostEdits} could not be read.");
            client = await KhsCrmClient.OpenAsync(options);
            if (!report.IsSignedIn)
                await client.SignInAsync(email, password);
            await client.StartAsync();
        }
    }

    public static void Register(WebApplicationBuilder builder)
    {
        builder.Services.AddKhsCrmClient(options =>
        {
            options.DataFolder = "/var/lib/my-service/khscrm";
            options.ServerAddress = "https://crm.example.com";
        });
        builder.Services.AddHostedService<OverdueJobs>();
    }

    internal sealed class MyJobsViewModel(KhsCrmClient client)
    {
        public ObservableCollection<AssignedJob> Jobs { get; } = [];

        public async Task AppearAsync(CancellationToken leaving)
        {
            await foreach (var page in client.Jobs.ObserveAssignedAsync(cancellationToken: leaving))
            {
                Jobs.Clear();
                foreach (var job in page.Items)
                    Jobs.Add(job);
            }
        }
    }

    internal sealed class OverdueJobs(KhsCrmClientFactory clients) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var client = await clients.GetAsync(stoppingToken);
            await client.StartAsync(stoppingToken);
            await foreach (var board in client.Jobs.ObserveActiveAsync(cancellationToken: stoppingToken))
                Console.WriteLine($"{board.Items.Count} jobs are active.");
        }
    }
}
