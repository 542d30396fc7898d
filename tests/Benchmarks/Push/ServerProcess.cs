using System.Diagnostics;
using System.Globalization;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// The server in a process of its own, this program under another verb, so that what it costs can be told from what its
/// callers cost. It answers a line on its input with the processor time and the allocations so far.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    /// <summary>The side of the server process.</summary>
    public static async Task ServeAsync(string connectionString)
    {
        await using var app = ServerApp.Build(["--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = connectionString,
                ["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey,
                ["Limits:StreamsPerUser"] = "1000000",
                ["Devices:PerUser"] = "1000000",
                ["Limits:StreamsPerAddress"] = "1000000",
                ["urls"] = "http://127.0.0.1:0",
            });
        });
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        while (await Console.In.ReadLineAsync() is not null)
        {
            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{self.TotalProcessorTime.TotalMicroseconds} {GC.GetTotalAllocatedBytes()}"));
        }

        await app.StopAsync();
    }

    /// <summary>Starts the server process.</summary>
    public static async Task<ServerProcess> StartAsync(string connectionString, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        start.ArgumentList.Add("serve");
        start.ArgumentList.Add("--connection");
        start.ArgumentList.Add(connectionString);
        // As src/SyncServer has it.
        start.Environment["DOTNET_gcServer"] = "1";
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("The server ended.");
        return new ServerProcess(process, address);
    }

    /// <summary>What the server has used so far.</summary>
    public async Task<(double Microseconds, double Bytes)> UsageAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("?".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var parts = (await _process.StandardOutput.ReadLineAsync(cancellationToken))!.Split(' ');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
