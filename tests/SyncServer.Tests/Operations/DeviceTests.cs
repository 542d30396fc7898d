using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Operations;

/// <summary>Devices are listed, and shut out.</summary>
public sealed class DeviceTests
{
    [Fact]
    public async Task Devices_are_listed_those_heard_of_last_first()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            $"""
            INSERT INTO devices (id, user_id, app_version, last_client_seq, last_seen_at)
            SELECT gen_random_uuid(), CASE WHEN i % 2 = 0 THEN '{office.Worker.UserId}'::uuid ELSE '{RunningServer.OwnerId}' END, 'app/' || i, i, now() + i * interval '1 minute'
            FROM generate_series(1, 7) i
            """);

        var versions = await Office.PageAsync<ListDevicesResponse, string>(
            office.Owner,
            new ListDevicesRequest { PageSize = 2 },
            page => page.Devices.Select(device => device.AppVersion),
            page => office.Server.RunAsync("UPDATE devices SET last_seen_at = now() + interval '1 hour' WHERE app_version IN ('app/6', 'app/1')"));
        Assert.Equal(["app/7", "app/6", "app/5", "app/4", "app/3", "app/2"], versions);
        var ofWorker = (await office.Owner.CallAsync<ListDevicesResponse>(new ListDevicesRequest { UserId = office.Worker.UserId })).Devices;
        Assert.Equal(["app/6", "app/4", "app/2"], ofWorker.Select(device => device.AppVersion));
        Assert.Equal((4L, null, false), (ofWorker[1].LastClientSeq, ofWorker[1].RevokedAt, ofWorker[1].HasRevokedById));
    }

    [Fact]
    public async Task A_revoked_device_is_out_at_once_and_for_good()
    {
        await using var office = await Office.OpenAsync();
        var (hello, other) = (StreamExtensions.NewHello(), StreamExtensions.NewHello());
        using var stream = office.Server.OpenStream(office.Worker.Credentials);
        using var otherStream = office.Server.OpenStream(office.Worker.Credentials);
        await stream.CatchUpAsync(hello);
        await otherStream.CatchUpAsync(other);
        var request = new RevokeDeviceRequest { DeviceId = hello.DeviceId };

        var revoked = (await office.Owner.CallAsync<RevokeDeviceResponse>(request)).Device;

        Assert.Equal(RunningServer.OwnerId, revoked.RevokedById);
        Assert.NotNull(revoked.RevokedAt);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, stream.ReadToEndAsync);
        using var again = office.Server.OpenStream(office.Worker.Credentials);
        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.DeviceRevoked, () => again.CatchUpAsync(hello));
        await office.Worker.FailAsync(StatusCode.FailedPrecondition, ErrorReason.DeviceRevoked, new PushRequest { DeviceId = hello.DeviceId });
        // The user's other device goes on.
        await office.Server.RunAsync($"UPDATE jobs SET notes = 'n' WHERE id = '{office.Own.Job}'");
        await otherStream.ReadUntilAsync(change => change.Entity?.Job is not null);

        Assert.Equal(revoked, (await office.Owner.CallAsync<RevokeDeviceResponse>(request)).Device);
        Assert.Equal([other.DeviceId], await ListAsync(new()));
        Assert.Contains(hello.DeviceId, await ListAsync(new() { IncludeRevoked = true }));
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new RevokeDeviceRequest { DeviceId = Office.NewId() });

        request = new RevokeDeviceRequest { DeviceId = other.DeviceId, EndUserSessions = true };
        Assert.Equal(1, (await office.Owner.CallAsync<RevokeDeviceResponse>(request)).EndedSessions);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, otherStream.ReadToEndAsync);
        await office.Worker.FailAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, new GetJobRequest { JobId = office.Own.Job });

        async Task<IEnumerable<string>> ListAsync(ListDevicesRequest list) =>
            (await office.Owner.CallAsync<ListDevicesResponse>(list)).Devices.Select(device => device.Id);
    }

    [Fact]
    public async Task A_revoked_device_is_told_to_wipe_itself_by_the_proof_that_it_was_given_and_comes_back_under_no_other_id()
    {
        await using var office = await Office.OpenAsync();
        var hello = StreamExtensions.NewHello();
        hello.WantsWipeProof = true;
        var proof = await GreetAsync(hello);
        Assert.Equal(32, proof.Length);
        Assert.Equal(proof, await GreetAsync(hello)); // The first Welcome may have been lost.

        var revoked = (await office.Owner.CallAsync<RevokeDeviceResponse>(new RevokeDeviceRequest { DeviceId = hello.DeviceId, Wipe = true })).Device;

        Assert.True(revoked.IsWiped);
        Assert.Equal(Convert.ToHexStringLower(proof.Span), await RefusalAsync(hello));
        Assert.Null(await RefusalAsync(StreamExtensions.NewHello()));

        async Task<Google.Protobuf.ByteString> GreetAsync(Hello opening)
        {
            using var stream = office.Server.OpenStream(office.Worker.Credentials);
            await stream.RequestStream.WriteAsync(new SyncStreamRequest { Hello = opening }, RunningServer.Cancellation);
            Assert.True(await stream.ResponseStream.MoveNext(RunningServer.Cancellation));
            return stream.ResponseStream.Current.Welcome.WipeProof;
        }

        async Task<string?> RefusalAsync(Hello opening)
        {
            using var stream = office.Server.OpenStream(office.Worker.Credentials);
            var fault = await Assert.ThrowsAsync<RpcException>(() => stream.CatchUpAsync(opening));
            var info = fault.GetRpcStatus()!.Details[0].Unpack<Google.Rpc.ErrorInfo>();
            Assert.Equal("DEVICE_REVOKED", info.Reason);
            return info.Metadata.GetValueOrDefault("wipe_proof");
        }
    }
}
