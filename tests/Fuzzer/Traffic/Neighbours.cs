using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.TestKit.History;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>The honest devices: whatever the hostile callers do, each of their operations is applied, and their history is kept.</summary>
internal sealed class Neighbours(
    Func<CallInvoker> newConnection, HistoryChecker checker, FuzzReport report, SqlTraffic writers, string workerId, int seed)
{
    private readonly List<RecordedDevice> _devices = [];
    private readonly List<Task> _running = [];
    private long _counted;
    private long _countedBatches;

    public IEnumerable<HistoryDevice> Devices => _devices.Select(device => device.Device);

    public void Start(CancellationToken stop)
    {
        Add("owner, live", isOwner: true, isLive: true);
        Add("worker, live", isOwner: false, isLive: true);
        Add("owner, by cursor", isOwner: true, isLive: false);
        Add("worker, by cursor", isOwner: false, isLive: false);
        foreach (var device in _devices)
            _running.Add(Task.Run(() => device.RunAsync(stop), CancellationToken.None));
    }

    /// <summary>Adds what they sent since the last time to the report.</summary>
    public void Count()
    {
        var sent = _devices.Sum(device => device.Messages);
        report.Sent("honest messages", sent - _counted);
        _counted = sent;
        var batches = _devices.Sum(device => device.Batches);
        report.TookEffect(batches - _countedBatches);
        _countedBatches = batches;
    }

    /// <summary>Waits until all is answered and read, or until that has taken so long that it hangs.</summary>
    public async Task SettleAsync(CancellationToken hung)
    {
        foreach (var device in _devices)
            device.StopPushing();
        while (_devices.Any(device => device.Unanswered > 0) && !hung.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None);
        foreach (var device in _devices.Where(device => device.Unanswered > 0))
            report.Found(new FuzzFinding($"batches of {device.Device.Name} are never answered", $"{device.Unanswered} batches", null));
        var marked = await writers.MarkAsync(CancellationToken.None);
        while (_devices.Any(device => device.MarkerVersion < marked) && !hung.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None);
        foreach (var device in _devices.Where(device => device.MarkerVersion < marked))
            report.Found(new FuzzFinding($"{device.Device.Name} never reads the last write", $"{device.MarkerVersion} < {marked}", null));
    }

    public Task StopAsync() => Task.WhenAll(_running);

    private void Add(string name, bool isOwner, bool isLive)
    {
        var account = isOwner ? Accounts.HonestOwner : Accounts.HonestWorker;
        var traffic = new HonestTraffic(Seeds.Of(seed, $"honest {_devices.Count}"), writers.HonestJobs, isOwner);
        var history = new HistoryDevice(name, isOwner ? Accounts.HonestOwnerId : workerId, isOwner);
        var invoker = newConnection();
        _devices.Add(new RecordedDevice(history, checker, invoker, stop => account.SignInAsync(invoker, null, stop), new RecordedDeviceOptions
        {
            IsLive = isLive,
            ReconnectDelay = TimeSpan.FromMilliseconds(isLive ? 20 : 200),
            InFlight = isLive ? 8 : 2,
            MarkerId = SqlTraffic.MarkerId,
            Next = traffic.Next,
            OnResult = (operation, result) => Take(name, account.Role, traffic, operation, result),
            OnBroken = exception => Break(name, exception),
        }));
    }

    private void Take(string name, string role, HonestTraffic traffic, Operation operation, OperationResult result)
    {
        traffic.Answer(operation, result);
        report.Answered(role, operation, result);
        if (result.Outcome is not (OperationOutcome.Applied or OperationOutcome.Merged or OperationOutcome.Duplicate))
            report.Found(new FuzzFinding($"a neighbour's operation is {result.Outcome} ({Verdicts.Reason(result.Status)})", $"{name}: {operation} {result}", null));
    }

    private void Break(string name, RpcException exception)
    {
        report.Reached($"{exception.StatusCode} for a neighbour");
        // A killed backend makes the service unavailable for a moment. Nothing else may break a neighbour's stream.
        if (exception.StatusCode is not (StatusCode.Unavailable or StatusCode.Cancelled))
            report.Found(new FuzzFinding($"a neighbour's stream ends with {exception.StatusCode}", $"{name}: {exception}", null));
    }
}
