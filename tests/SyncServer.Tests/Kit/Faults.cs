using Google.Rpc;
using Grpc.Core;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>What a failed call says.</summary>
internal static class Faults
{
    /// <summary>Expects a call to fail with a documented reason; gives the status for a closer look.</summary>
    public static async Task<Google.Rpc.Status> ExpectAsync(StatusCode code, ErrorReason reason, Func<Task> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(call);
        var status = exception.GetRpcStatus();
        Assert.True(status is not null, exception.ToString());
        var info = status.GetDetail<ErrorInfo>();
        Assert.Equal((code, $"{reason}", "khscrm.com"), (exception.StatusCode, Pascal(info.Reason), info.Domain));
        return status;
    }

    public static IEnumerable<string> Fields(Google.Rpc.Status status) =>
        status.GetDetail<BadRequest>().FieldViolations.Select(violation => violation.Field);

    private static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => word[..1] + word[1..].ToLowerInvariant()));
}
