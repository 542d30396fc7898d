using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>Typed RPCs, filled by their descriptors and mutated.</summary>
internal sealed class HostileCalls(
    CallInvoker invoker, Accounts.Account account, Pool pool, FuzzReport report, Verdicts verdicts, Random random, Metadata credentials)
{
    private byte[]? _last;
    private MethodDescriptor? _lastMethod;

    public async Task RunAsync(int calls, CancellationToken stop)
    {
        for (var i = 0; i < calls; i++)
        {
            var method = RawCalls.Methods[random.Next(RawCalls.Methods.Count)];
            if (RawCalls.IsDear(method) && random.Next(40) != 0)
                continue;
            var request = Make(method);
            // The same again: what carries a request_id must be recognised.
            if (_last is not null && random.Next(15) == 0)
                (method, request) = (_lastMethod!, _last);
            (_lastMethod, _last) = (method, request);
            await CallAsync(method, request, stop);
        }
    }

    private byte[] Make(MethodDescriptor method)
    {
        var message = new MessageMaker(pool, random).Make(method.InputType);
        for (var mutations = random.Next(-2, 3); mutations > 0; mutations--)
            new FieldMutation(pool, random).Apply(message);
        var bytes = message.ToByteArray();
        return random.Next(12) == 0 ? ByteMutation.Apply(bytes, random) : bytes;
    }

    private async Task CallAsync(MethodDescriptor method, byte[] request, CancellationToken stop)
    {
        report.Sent(method.InputType.Name);
        var record = new CallRecord(account.Role, $"/{method.Service.FullName}/{method.Name}", [request]);
        var options = new CallOptions(credentials, cancellationToken: stop);
        try
        {
            if (method.IsServerStreaming)
            {
                using var call = invoker.AsyncServerStreamingCall(RawCalls.Of(method), null, options, request);
                while (await call.ResponseStream.MoveNext(stop))
                {
                    // A first sync is read to its end.
                }
            }
            else
            {
                await invoker.AsyncUnaryCall(RawCalls.Of(method), null, options, request);
            }

            report.TookEffect();
        }
        catch (RpcException exception) when (!stop.IsCancellationRequested)
        {
            verdicts.Judge(exception, method.InputType, record);
            if (exception.StatusCode is StatusCode.Unauthenticated or StatusCode.Unavailable && method.Service.Name != "AuthService")
                throw;
        }
    }
}
