using Grpc.Core;
using KhsCrm.TestKit.History;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>Raw devices of the owner and of a worker, live and by their stored cursors, beside a program that writes by SQL; all recorded.</summary>
internal sealed class RecordedFleet : IAsyncDisposable
{
    // Nothing takes as long: after this, a device has lost something or is stuck, which the verdict says.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(1);

    // So that the pushes of the other devices have their turn too.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(25);

    private readonly CrashRig _rig;
    private readonly HistoryChecker _checker = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _enough = new();
    // A live device that goes from server to server must leave one at times.
    private const int CheckpointsOfTurn = 5;

    private readonly TurningInvoker _servers;
    private readonly IReadOnlyList<EntityType> _types;
    private readonly string _worker;
    private readonly SqlTraffic _writers;
    private readonly List<RecordedDevice> _devices = [];
    private readonly List<Task> _running = [];
    private Task _writing = Task.CompletedTask;

    private RecordedFleet(CrashRig rig, string worker, IReadOnlyList<string> servers, IReadOnlyList<EntityType> types)
    {
        (_rig, _worker, _types, IsTurning) = (rig, worker, types, servers.Count > 1);
        _servers = new TurningInvoker(servers);
        _writers = new SqlTraffic(rig.DataSource, _checker, worker);
    }

    private bool IsTurning { get; }

    /// <summary>How many streams were opened at the server that had fewest.</summary>
    public int FewestStreams => _servers.FewestStreams;

    /// <summary>Starts the devices.</summary>
    /// <param name="rig">The database and its server.</param>
    /// <param name="others">Other servers that they go to meanwhile.</param>
    /// <param name="types">The kinds that they name; empty for none.</param>
    /// <param name="restsAt">The server that they come to rest at; null for that of the rig.</param>
    public static async Task<RecordedFleet> StartAsync(
        CrashRig rig, IReadOnlyList<string>? others = null, IReadOnlyList<EntityType>? types = null, string? restsAt = null)
    {
        var worker = await rig.ScalarAsync<Guid>("SELECT id FROM users WHERE email = 'worker1@khscrm.com'");
        var fleet = new RecordedFleet(rig, $"{worker}", [restsAt ?? rig.Url, .. others ?? []], types ?? []);
        await fleet._writers.PrepareAsync(TestContext.Current.CancellationToken);
        fleet.Add("owner, live", isOwner: true, isLive: true);
        fleet.Add("worker, live", isOwner: false, isLive: true);
        fleet.Add("owner, by cursor", isOwner: true, isLive: false);
        fleet.Add("worker, by cursor", isOwner: false, isLive: false);
        fleet._writing = Task.Run(() => fleet._writers.RunAsync(BetweenWrites, fleet._enough.Token), CancellationToken.None);
        foreach (var device in fleet._devices)
            fleet._running.Add(Task.Run(() => device.RunAsync(fleet._stop.Token), CancellationToken.None));
        return fleet;
    }

    /// <summary>Lets everything come to rest, and says what the history shows.</summary>
    public async Task<HistoryVerdict> FinishAsync()
    {
        using var hung = new CancellationTokenSource(Hung);
        await _enough.CancelAsync();
        await _writing;
        foreach (var device in _devices)
            device.StopPushing();
        await UntilAsync(device => device.Unanswered == 0, hung.Token);
        _servers.Stay();
        // Whoever is still at another server has left it by then.
        for (var marks = IsTurning ? CheckpointsOfTurn + 1 : 1; marks > 0; marks--)
        {
            var marked = await _writers.MarkAsync(CancellationToken.None);
            await UntilAsync(device => device.MarkerVersion >= marked, hung.Token);
        }

        await StopAsync();
        var state = await DatabaseStateReader.ReadAsync(_rig.DataSource, [SqlTraffic.OwnerId, _worker], CancellationToken.None);
        return _checker.Finish(state, _devices.Select(device => device.Device));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _servers.Dispose();
        _stop.Dispose();
        _enough.Dispose();
    }

    private async Task StopAsync()
    {
        await _enough.CancelAsync();
        await _stop.CancelAsync();
        await _writing;
        await Task.WhenAll(_running);
    }

    private async Task UntilAsync(Predicate<RecordedDevice> isDone, CancellationToken hung)
    {
        while (!_devices.TrueForAll(isDone) && !hung.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None);
    }

    private void Add(string name, bool isOwner, bool isLive)
    {
        var traffic = new HonestTraffic(new Random(_devices.Count), _writers.HonestJobs, isOwner);
        var history = new HistoryDevice(name, isOwner ? SqlTraffic.OwnerId : _worker, isOwner);
        _devices.Add(new RecordedDevice(history, _checker, _servers, SignInAsync, new RecordedDeviceOptions
        {
            IsLive = isLive,
            EntityTypes = _types,
            CheckpointsOfStream = IsTurning ? CheckpointsOfTurn : int.MaxValue,
            InFlight = 1,
            MarkerId = SqlTraffic.MarkerId,
            Next = traffic.Next,
            OnResult = traffic.Answer,
        }));

        async Task<Metadata> SignInAsync(CancellationToken stop)
        {
            var request = isOwner
                ? new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }
                : new LoginRequest { Email = "worker1@khscrm.com", Password = "worker-demo-1" };
            var login = await new AuthService.AuthServiceClient(_servers).LoginAsync(request, cancellationToken: stop);
            return new Metadata { { "authorization", $"Bearer {login.Tokens.AccessToken}" } };
        }
    }
}
