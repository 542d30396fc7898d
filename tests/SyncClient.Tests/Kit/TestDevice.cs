using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>A store with a signed-in user, without any network.</summary>
internal sealed class TestDevice : IDisposable
{
    private readonly TempFolder? _folder;

    private TestDevice(string path, TempFolder? folder, Role role)
    {
        (Path, _folder) = (path, folder);
        Store = LocalStore.Open(new StoreFolder(path), null, TimeSpan.FromSeconds(30));
        Edits = new EditQueue(Store, TimeProvider.System);
        Customers = new CustomerStore(Store, Edits);
        Jobs = new JobStore(Store, Edits);
        Materials = new MaterialStore(Store, Edits);
        Assignments = new AssignmentStore(Store, Edits);
        Outbox = new DeviceOutbox(Store, Edits);
        User = new User { Id = "01900000-0000-7000-8000-000000000001", Name = "Olga", Role = role };
    }

    public string Path { get; }

    public User User { get; }

    public LocalStore Store { get; }

    public EditQueue Edits { get; }

    public CustomerStore Customers { get; }

    public JobStore Jobs { get; }

    public MaterialStore Materials { get; }

    public AssignmentStore Assignments { get; }

    public DeviceOutbox Outbox { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestDevice> OpenAsync(Role role = Role.Owner)
    {
        var folder = new TempFolder();
        return await SignInAsync(new TestDevice(folder.Path, folder, role));
    }

    /// <summary>A device in a folder that the test keeps.</summary>
    public static Task<TestDevice> OpenAsync(string path) => SignInAsync(new TestDevice(path, null, Role.Owner));

    /// <summary>The same folder, opened again as another process would.</summary>
    public TestDevice OpenBeside() => new(Path, null, User.Role);

    public Task ApplyAsync(Delta delta) =>
        Store.WriteAsync(transaction => DeltaApplier.Apply(transaction, delta, DateTimeOffset.UnixEpoch), Ct);

    public Task RecordAsync(params OperationResult[] results) =>
        Store.WriteAsync(
            transaction =>
            {
                foreach (var result in results)
                    ResultRecorder.Record(transaction, result);
            },
            Ct);

    public Task<List<Operation>> TakeAsync(long after = 0, int max = 100) =>
        Store.WriteAsync(transaction => BatchTaker.Take(transaction, after, max, 1_000_000), Ct);

    public Task<bool> WelcomeAsync(long lastClientSeq) =>
        Store.WriteAsync(transaction => StreamOpening.AgreeOnNumbers(transaction, lastClientSeq), Ct);

    public Task ResyncAsync() => Store.WriteAsync(StreamOpening.BeginResync, Ct);

    public Task<DeviceState> StateAsync() => Store.ReadAsync(DeviceState.Read, Ct);

    public async Task<List<OutboxState>> StatesAsync() => [.. (await Outbox.ListAsync(cancellationToken: Ct)).Select(entry => entry.State)];

    public void Dispose()
    {
        Store.Dispose();
        _folder?.Dispose();
    }

    private static async Task<TestDevice> SignInAsync(TestDevice device)
    {
        await device.Store.WriteAsync(
            transaction =>
            {
                if (DeviceState.TryRead(transaction.Connection) is not null)
                    return;
                (DeviceState.New(Guid.CreateVersion7()) with { OwnerId = device.User.Id }).Write(transaction.Connection);
                new SessionState(device.User, new Tokens { AccessToken = "access" }, false).Write(transaction.Connection);
            },
            Ct);
        return device;
    }
}
