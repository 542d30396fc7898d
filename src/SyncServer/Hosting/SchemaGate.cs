using KhsCrm.Storage;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Lets nothing through while the database has a schema that this server does not work with. A server does not start on one;
/// one that runs is told by its health check.
/// </summary>
internal sealed class SchemaGate(SchemaFit schema) : IHostedService
{
    private string? _mismatch;

    /// <summary>Why the gate is shut; null while it is open.</summary>
    public string? Mismatch
    {
        get => Volatile.Read(ref _mismatch);
        set => Volatile.Write(ref _mismatch, value);
    }

    /// <summary>Lets a call through. Those that ask how the server is, and what it has, always pass.</summary>
    /// <exception cref="RpcFault">The gate is shut.</exception>
    public void Pass(string method)
    {
        if (Mismatch is { } mismatch && method.StartsWith("/khscrm.", StringComparison.Ordinal))
            throw new RpcFault(ErrorReason.Unavailable, mismatch);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            (_, Mismatch) = await schema.CheckAsync(cancellationToken);
        }
        catch (Exception exception) when (DatabaseAway.IsAway(exception))
        {
            // It will be asked again: a server may start before its database.
            return;
        }

        if (Mismatch is { } mismatch)
            throw new SchemaMismatchException(mismatch);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
