using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// One device: its local store, which is read and edited offline, and its sync with the server. Safe for use from many
/// threads.
/// </summary>
public sealed partial class KhsCrmClient : IAsyncDisposable
{
    private readonly LocalStore _store;
    private readonly KhsCrmClientOptions _options;
    private readonly ServerConnection _server;
    private readonly TokenSource _tokens;
    private readonly SignIn _signIn;
    private readonly SyncLoop _loop;
    private readonly StatusFeed _status = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private (Task Loop, CancellationTokenSource Stop)? _running;

    private KhsCrmClient(LocalStore store, KhsCrmClientOptions options)
    {
        (_store, _options) = (store, options);
        var edits = new EditQueue(store, options.TimeProvider);
        _server = new ServerConnection(options);
        _tokens = new TokenSource(store, _server, options.TimeProvider);
        _signIn = new SignIn(store, _server, options.TimeProvider);
        _loop = new SyncLoop(
            store, _server, _tokens, _status, options, options.LoggerFactory.CreateLogger("KhsCrm.SyncClient.Sync"));
        _status.Changed += (_, status) => StatusChanged?.Invoke(this, status);
        Outbox = new DeviceOutbox(store, edits);
        Customers = new CustomerStore(store, edits);
        Jobs = new JobStore(store, edits);
        Assignments = new AssignmentStore(store, edits);
        Materials = new MaterialStore(store, edits);
        Users = new UserStore(store);
    }

    /// <summary>The status changed. Raised on a thread of the library.</summary>
    public event EventHandler<ClientStatus>? StatusChanged;

    /// <summary>Customers on this device.</summary>
    public CustomerStore Customers { get; }

    /// <summary>Jobs on this device.</summary>
    public JobStore Jobs { get; }

    /// <summary>Who is assigned to which job.</summary>
    public AssignmentStore Assignments { get; }

    /// <summary>The materials checklists of the jobs on this device.</summary>
    public MaterialStore Materials { get; }

    /// <summary>The people on this device.</summary>
    public UserStore Users { get; }

    /// <summary>The edits that the server has not settled.</summary>
    public DeviceOutbox Outbox { get; }

    /// <summary>Where the sync stands.</summary>
    public ClientStatus Status => _status.Current;

    /// <summary>Opens the store of a folder; makes it when there is none. Needs no server.</summary>
    /// <param name="options">How the client works.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KhsCrmException">The store was written by a newer version of this library.</exception>
    public static async Task<KhsCrmClient> OpenAsync(
        KhsCrmClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.DataFolder);
        var store = await Task.Run(
            () => LocalStore.Open(new StoreFolder(options.DataFolder), options.EncryptionKey, options.BusyTimeout),
            cancellationToken).ConfigureAwait(false);
        try
        {
            await store.WriteAsync(
                transaction =>
                {
                    if (DeviceState.TryRead(transaction.Connection) is null)
                        DeviceState.New(Guid.CreateVersion7(options.TimeProvider.GetUtcNow())).Write(transaction.Connection);
                },
                cancellationToken).ConfigureAwait(false);
            return new KhsCrmClient(store, options);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Signs a user in. What this device holds stays, unless it is another user's.</summary>
    /// <param name="email">The user's address.</param>
    /// <param name="password">The user's password; not kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The user.</returns>
    /// <exception cref="KhsCrmException">The server refused, or no server address is known.</exception>
    /// <exception cref="ServerUnreachableException">The server did not answer.</exception>
    /// <exception cref="UnsentEditsException">Another user's edits are still on this device.</exception>
    public async Task<User> SignInAsync(string email, string password, CancellationToken cancellationToken = default)
    {
        var addresses = _options.ServerAddress
            ?? (await _store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false)).ServerAddress
            ?? "";
        return await _signIn.SignInAsync(addresses, email, password, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs out. What this device holds can no longer be read, and is there again when the same user signs in.
    /// </summary>
    public async Task SignOutAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await _signIn.SignOutAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Who is signed in, and where this device stands.</summary>
    public Task<DeviceInfo> GetDeviceAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync(DeviceInfo.Read, cancellationToken);

    /// <summary>
    /// Connects, pushes every queued edit, pulls until a checkpoint that includes them, and disconnects.
    /// </summary>
    /// <exception cref="NotSignedInException">Nobody is signed in, or the session has ended.</exception>
    /// <exception cref="ServerUnreachableException">The server did not answer; nothing is lost.</exception>
    /// <exception cref="StoreInUseException">Another process, or this client by <see cref="StartAsync"/>, syncs this folder.</exception>
    public Task<SyncSummary> SyncAsync(CancellationToken cancellationToken = default) => _loop.RunOnceAsync(cancellationToken);

    /// <summary>
    /// Syncs, then compares what this device holds with what the server has in the user's scope, by digests of ids and
    /// versions, and repairs what differs and nothing else. Edits that are not settled stay as they are.
    /// </summary>
    /// <returns>What was compared and repaired. It is not equal in the end when a repair would have been a download of
    /// everything, or a row is too large to be sent for it.</returns>
    /// <exception cref="NotSignedInException">Nobody is signed in, or the session has ended.</exception>
    /// <exception cref="ServerUnreachableException">The server did not answer; what was repaired until then stays.</exception>
    /// <exception cref="StoreInUseException">Another process, or this client by <see cref="StartAsync"/>, syncs this folder.</exception>
    public Task<VerifyReport> VerifyAsync(CancellationToken cancellationToken = default) => _loop.VerifyAsync(cancellationToken);

    /// <summary>
    /// Begins to stay connected: edits are sent as they are made, changes arrive as they happen, a broken connection is
    /// opened again. Returns at once; see <see cref="Status"/>.
    /// </summary>
    /// <exception cref="StoreInUseException">Another process syncs this folder.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_running is { Loop.IsCompleted: false })
                return;
            _running?.Stop.Dispose();
            var syncLock = _store.Folder.LockForSync();
            var stop = new CancellationTokenSource();
            _running = (Task.Run(() => _loop.RunAsync(syncLock, stop.Token), CancellationToken.None), stop);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends what <see cref="StartAsync"/> began, and waits until it has ended.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_running is not { } running)
                return;
            await running.Stop.CancelAsync().ConfigureAwait(false);
            await running.Loop.WaitAsync(cancellationToken).ConfigureAwait(false);
            running.Stop.Dispose();
            _running = null;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>
    /// Disconnects and stays so until <see cref="Resume"/>: for a metered network, or to save a battery. Reads and edits go
    /// on; edits wait in the outbox. What <see cref="StartAsync"/> began, or begins meanwhile, waits; <see cref="SyncAsync"/>
    /// does not, when nothing was begun.
    /// </summary>
    public void Pause() => _loop.Control.Pause();

    /// <summary>Ends a <see cref="Pause"/>: what was begun connects at once.</summary>
    public void Resume() => _loop.Control.Resume();

    /// <summary>
    /// Tells that the device has another network, or has one again: a wait to connect again ends, and a connection that may
    /// be half open is replaced. Cheap: the new stream continues where the old one was.
    /// </summary>
    public void NotifyNetworkChanged() => _loop.Control.EndRound();

    /// <summary>The current status and every later one; a slow observer skips to the latest.</summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<ClientStatus> ObserveStatusAsync(CancellationToken cancellationToken = default) =>
        _status.ObserveAsync(cancellationToken);

    /// <summary>
    /// What changes in the local store from this call on, a transaction at a time, whoever changed it. A slow observer
    /// is told that anything may have changed.
    /// </summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<StoreChanges> ObserveChangesAsync(CancellationToken cancellationToken = default) =>
        _store.Changes.Observe(cancellationToken);

    /// <summary>Stops the sync and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _loop.Control.Dispose();
        _server.Dispose();
        _tokens.Dispose();
        _store.Dispose();
        _starting.Dispose();
    }
}
