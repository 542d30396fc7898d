namespace KhsCrm.SyncClient;

/// <summary>Opens the one <see cref="KhsCrmClient"/> of an app when it is first asked for.</summary>
public sealed class KhsCrmClientFactory : IAsyncDisposable, IDisposable
{
    private readonly KhsCrmClientOptions _options;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private KhsCrmClient? _client;
    private bool _isClosed;

    internal KhsCrmClientFactory(KhsCrmClientOptions options) => _options = options;

    /// <summary>The client, opened.</summary>
    /// <exception cref="KhsCrmException">The store cannot be opened.</exception>
    public async Task<KhsCrmClient> GetAsync(CancellationToken cancellationToken = default)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isClosed)
                throw new ClientClosedException();
            return _client ??= await KhsCrmClient.OpenAsync(_options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Closes the client.</summary>
    public async ValueTask DisposeAsync()
    {
        KhsCrmClient? client;
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _isClosed = true;
            client = _client;
        }
        finally
        {
            // Not disposed: who still waits is told that the client is closed.
            _opening.Release();
        }

        if (client is not null)
            await client.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the client and waits for it: for a container that is closed synchronously.</summary>
    public void Dispose()
    {
#pragma warning disable VSTHRD002 // Nothing in the library comes back to the caller's context.
        Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
