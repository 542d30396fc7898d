using KhsCrm.SyncClient.Sync;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

/// <summary>What the server keeps until a row arrives, the device asks for.</summary>
public sealed class DeferredTests
{
    [Fact]
    public async Task Hello_names_what_is_deferred_until_its_final_result_has_come()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Customers.AddAsync(Rows.Customer("Ada"), TestDevice.Ct);
        await device.Customers.AddAsync(Rows.Customer("Bea"), TestDevice.Ct);
        var sent = await device.TakeAsync();
        await device.RecordAsync(Rows.Result(sent[0], OperationOutcome.Deferred), Rows.Result(sent[1], OperationOutcome.Applied));

        Assert.Equal([sent[0].Id], (await HelloAsync(device)).DeferredOperationIds);

        await device.RecordAsync(Rows.Result(sent[0], OperationOutcome.Applied));
        Assert.Empty((await HelloAsync(device)).DeferredOperationIds);
    }

    private static Task<Hello> HelloAsync(TestDevice device) =>
        device.Store.ReadAsync(connection => StreamOpening.Hello(connection, "test/1", []), TestDevice.Ct);
}
