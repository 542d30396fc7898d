using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>A caller that sends whatever its numbers say, over streams and RPCs in turn.</summary>
internal sealed class Hostile(CallInvoker invoker, Accounts.Account account, Pool pool, FuzzReport report, int seed, int number)
{
    private readonly Random _random = new(HashCode.Combine(seed, number));
    private readonly Verdicts _verdicts = new(report);
    private Metadata? _credentials;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _credentials ??= await account.SignInAsync(invoker, pool, stop);
                if (_random.Next(3) == 0)
                    await new HostileCalls(invoker, account, pool, report, _verdicts, _random, _credentials).RunAsync(40, stop);
                else
                    await new HostileStream(invoker, account, pool, report, _verdicts, _random, _credentials).RunAsync(stop);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unauthenticated)
            {
                _credentials = null;
            }
            catch (RpcException)
            {
                // Judged where it was thrown; away for a moment while a backend is killed.
                await Task.Delay(20, CancellationToken.None);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (InvalidProtocolBufferException exception)
            {
                report.Found(new FuzzFinding("an answer that is no message", exception.Message, null));
            }
        }
    }
}
