using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.Fuzzer.Traffic;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer;

/// <summary>Sends what a finding recorded to a new server, and shows what comes back.</summary>
internal static class Replay
{
    public static async Task<int> RunAsync(string file, CancellationToken stop)
    {
        var record = CallRecord.Parse(await File.ReadAllTextAsync(file, stop));
        await using var target = await FuzzTarget.StartAsync(stop);
        await Accounts.PrepareAsync(target.DataSource, new Pool(), stop);
        using var channel = GrpcChannel.ForAddress(target.Url);
        var invoker = channel.CreateCallInvoker();
        var credentials = await Accounts.Hostile.First(account => account.Role == record.Role).SignInAsync(invoker, null, stop);
        var isBroken = false;
        try
        {
            isBroken = await SendAsync(target, invoker, credentials, record, stop);
        }
        catch (RpcException exception)
        {
            await Console.Out.WriteLineAsync($"{exception.Status}");
            isBroken = exception.StatusCode is StatusCode.Internal or StatusCode.Unknown;
        }

        isBroken |= target.HasExited;
        await Console.Out.WriteLineAsync(isBroken ? "It happens again." : "It does not happen.");
        return isBroken ? 1 : 0;
    }

    private static async Task<bool> SendAsync(
        FuzzTarget target, CallInvoker invoker, Metadata credentials, CallRecord record, CancellationToken stop)
    {
        var options = new CallOptions(credentials, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20), stop);
        if (!record.Method.EndsWith("/SyncStream", StringComparison.Ordinal))
        {
            var method = RawCalls.Methods.Single(method => record.Method == $"/{method.Service.FullName}/{method.Name}");
            await invoker.AsyncUnaryCall(RawCalls.Of(method), null, options, record.Messages[0]);
            return false;
        }

        using var call = invoker.AsyncDuplexStreamingCall(RawCalls.SyncStream, null, options);
        foreach (var message in record.Messages)
            await call.RequestStream.WriteAsync(message, stop);
        await call.RequestStream.CompleteAsync();
        var isBroken = false;
        while (await call.ResponseStream.MoveNext(stop))
        {
            var answer = SyncStreamResponse.Parser.ParseFrom(call.ResponseStream.Current);
            foreach (var result in answer.PushResult?.Results ?? [])
            {
                await Console.Out.WriteLineAsync($"{result.Outcome} {Verdicts.Reason(result.Status)}");
                if (Verdicts.RequestId(result.Status) is { } requestId)
                    await Console.Out.WriteLineAsync(target.LogOf(requestId));
                isBroken |= Verdicts.Reason(result.Status) is "FAULT" or "INTERNAL";
            }
        }

        return isBroken;
    }
}
