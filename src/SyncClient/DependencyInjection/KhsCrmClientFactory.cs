namespace KhsCrm.SyncClient;

/// <summary>Opens the one <see cref="KhsCrmClient"/> of an app when it is first asked for.</summary>
public sealed class KhsCrmClientFactory : IAsyncDisposable
{
    private readonly KhsCrmClientOptions _options;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private KhsCrmClient? _client;

    internal KhsCrmClientFactory(KhsCrmClientOptions options) => _options = options;

    /// <summary>The client, opened.</summary>
    /// <exception cref="KhsCrmException">The store cannot be opened.</exception>
    public async Task<KhsCrmClient> GetAsync(CancellationToken cancellationToken = default)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
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
        if (_client is not null)
            await _client.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
    }
}
