using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>A caller that sends whatever its numbers say, over streams and RPCs in turn.</summary>
internal sealed class Hostile(CallInvoker invoker, Accounts.Account account, Pool pool, FuzzReport report, int seed, int number)
{
    private static readonly TimeSpan AfterSignOut = TimeSpan.FromSeconds(1);
    private readonly Random _random = Seeds.Of(seed, $"hostile {number}");
    private readonly Verdicts _verdicts = new(report);
    private Metadata? _credentials;
    private HostileDevice? _device;

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
                    await SyncAsync(_credentials, stop);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unauthenticated)
            {
                // A password costs more than a thousand messages.
                _credentials = null;
                await Task.Delay(AfterSignOut, CancellationToken.None);
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
                report.Found(new FuzzFinding("an error whose details are no message", $"{exception}", null));
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // A write that meets the end of the call before the call itself has heard of it.
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task SyncAsync(Metadata credentials, CancellationToken stop)
    {
        if (_device is null or { IsSpent: true } || _random.Next(20) == 0)
            _device = new HostileDevice(_random, before: _device);
        await new HostileStream(invoker, account, pool, report, _verdicts, _random, credentials, _device).RunAsync(stop);
    }
}
