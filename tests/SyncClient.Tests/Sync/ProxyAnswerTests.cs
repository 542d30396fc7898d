using System.Net;
using KhsCrm.SyncClient.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>
/// A proxy that has no server behind it for a while answers in plain HTTP. That is not the server's word: the device goes on
/// trying, and stays signed in.
/// </summary>
public sealed class ProxyAnswerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200)]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_device_goes_on_trying_and_stays_signed_in(int status)
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        await (await server.OpenClientAsync(folder.Path)).DisposeAsync();
        using var asked = new SemaphoreSlim(0);
        await using var proxy = Proxy(status, asked);
        await proxy.StartAsync(Ct);
        await using var client = await KhsCrmClient.OpenAsync(
            new()
            {
                DataFolder = folder.Path,
                ServerAddress = proxy.Urls.First(),
                FirstReconnectDelay = TimeSpan.FromMilliseconds(1),
                LongestReconnectDelay = TimeSpan.FromMilliseconds(2),
            },
            Ct);

        await client.StartAsync(Ct);
        for (var i = 0; i < 5; i++)
            Assert.True(await asked.WaitAsync(ScriptedServer.Hung, Ct), $"asked {i} times: {client.Status}");

        await client.StopAsync(Ct);
        Assert.False((await client.GetDeviceAsync(Ct)).MustSignInAgain);
        await Assert.ThrowsAsync<ServerUnreachableException>(() => client.SyncAsync(Ct));
    }

    private static WebApplication Proxy(int status, SemaphoreSlim asked)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            asked.Release();
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<h1>Nothing here yet</h1>");
        });
        return app;
    }
}
