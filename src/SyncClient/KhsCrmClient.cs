using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Search;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;

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
    private readonly SyncLife _life;
    private readonly StatusFeed _status;

    private KhsCrmClient(LocalStore store, KhsCrmClientOptions options)
    {
        (_store, _options) = (store, options);
        var edits = new EditQueue(store, options.TimeProvider);
        _server = new ServerConnection(options);
        _tokens = new TokenSource(store, _server, options.TimeProvider);
        _signIn = new SignIn(store, _server, options.TimeProvider);
        var logger = options.LoggerFactory.CreateLogger("KhsCrm.SyncClient.Sync");
        _status = new StatusFeed(logger);
        _loop = new SyncLoop(store, _server, _tokens, _status, options, logger);
        _life = new SyncLife(store, _server, _loop, _status);
        _loop.Control.Welcomed += () => _life.RunBeside(_loop.RunChoresAsync);
        _status.SetSender(this);
        _status.Changed += (_, status) =>
        {
            // After a first sync, when the app can be used already.
            if (status.State is SyncState.Live or SyncState.Offline)
                _life.RunBeside(BuildSearchAsync);
        };
        Outbox = new DeviceOutbox(store, edits, () => _life.RunBeside(_loop.RunChoresAsync));
        Customers = new CustomerStore(store, edits);
        Jobs = new JobStore(store, edits);
        Assignments = new AssignmentStore(store, edits);
        Materials = new MaterialStore(store, edits);
        Users = new UserStore(store);
    }

    /// <summary>The status changed. Raised on a thread of the library; what a handler throws is logged and ends nothing.</summary>
    public event EventHandler<ClientStatus>? StatusChanged
    {
        add => _status.Changed += value;
        remove => _status.Changed -= value;
    }

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
            var client = new KhsCrmClient(store, options);
            client._life.RunBeside(client.BuildSearchAsync);
            return client;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Waits for what goes on beside the sync, such as the building of the search index.</summary>
    internal Task WhenIdleAsync() => _life.WhenDoneBesideAsync();

    private Task BuildSearchAsync(CancellationToken cancellationToken) => SearchBuilder.BuildAsync(_store, cancellationToken);

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
    /// The current status and every later one; a slow observer skips to the latest. Ends when the client is closed.
    /// </summary>
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
}
