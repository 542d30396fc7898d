using Google.Rpc;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Clients;

/// <summary>An app that is too old hands in its outbox, gets no deltas, and is told which version it needs.</summary>
public sealed class TooOldAppTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Clients:MinVersion:test"] = "2.0",
        ["Sync:CloseTimeout"] = "00:00:01",
    };

    [Fact]
    public async Task Its_outbox_is_taken_and_then_it_is_told_which_version_it_needs()
    {
        await using var server = await RunningServer.StartAsync(Settings);
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.SendAsync(new() { Hello = NewHello() });
        Assert.Equal("2.0", (await call.NextAsync()).Welcome.RequiredAppVersion);

        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1, "Handed in") } } });
        Assert.Equal(OperationOutcome.Applied, (await call.NextAsync()).PushResult.Results.Single().Outcome);
        await call.RequestStream.CompleteAsync();
        var status = await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.AppTooOld, call.NextAsync);

        Assert.Equal("2.0", status.GetDetail<ErrorInfo>().Metadata["min_version"]);
        Assert.Equal(1L, await server.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Handed in'"));
    }

    [Fact]
    public async Task One_that_waits_for_deltas_is_told_when_it_has_nothing_more_to_say()
    {
        await using var server = await RunningServer.StartAsync(Settings);
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.SendAsync(new() { Hello = NewHello() });
        await call.NextAsync();

        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.AppTooOld, call.NextAsync);
    }

    [Fact]
    public async Task A_newer_version_and_another_app_are_served()
    {
        await using var server = await RunningServer.StartAsync(Settings);
        var owner = await server.OwnerAsync();
        foreach (var version in new[] { "test/2.0.1", "other/0.1" })
        {
            using var call = server.OpenStream(owner);
            var hello = NewHello();
            hello.AppVersion = version;
            Assert.NotEmpty(await call.CatchUpAsync(hello));
        }
    }

    [Fact]
    public async Task An_owner_sees_which_versions_are_about_and_which_are_too_old()
    {
        await using var server = await RunningServer.StartAsync(Settings);
        var owner = await server.OwnerAsync();
        foreach (var version in new[] { "test/2.1", "test/2.1", "test/1.9" })
        {
            using var call = server.OpenStream(owner);
            var hello = NewHello();
            hello.AppVersion = version;
            await call.SendAsync(new() { Hello = hello });
            await call.NextAsync();
        }

        var operations = new OperationsService.OperationsServiceClient(server.Channel);
        var status = await operations.GetSyncStatusAsync(new(), owner, cancellationToken: RunningServer.Cancellation);
        var devices = await operations.ListDevicesAsync(new(), owner, cancellationToken: RunningServer.Cancellation);

        Assert.Equal(
            [("test/2.1", 2, false), ("test/1.9", 1, true)],
            status.SyncStatus.AppVersions.Select(version => (version.AppVersion, version.Devices, version.IsTooOld)));
        Assert.Equal("test/1.9", Assert.Single(devices.Devices, device => device.IsTooOld).AppVersion);
    }

    [Fact]
    public async Task A_version_that_is_none_keeps_the_server_from_starting()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RunningServer.StartAsync(new() { ["Clients:MinVersion:khs"] = "newest" }));

        Assert.Contains("Clients:MinVersion:khs is 'newest'", fault.Message, StringComparison.Ordinal);
    }
}
