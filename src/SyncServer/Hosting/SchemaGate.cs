using KhsCrm.Storage;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Lets nothing through while the database has a schema that this server does not work with. A server does not start on one;
/// one that runs is told by its health check.
/// </summary>
internal sealed class SchemaGate(SchemaFit schema, StreamRegistry streams) : IHostedService
{
    private string? _mismatch;

    /// <summary>Shuts the gate, and ends the streams that are open, or opens it.</summary>
    /// <param name="mismatch">Why it is shut; null to open it.</param>
    public void Set(string? mismatch)
    {
        Volatile.Write(ref _mismatch, mismatch);
        foreach (var stream in mismatch is null ? [] : streams.List())
            stream.Leave();
    }

    /// <summary>Lets a call through. Those that ask how the server is, and what it has, always pass.</summary>
    /// <exception cref="RpcFault">The gate is shut.</exception>
    public void Pass(string method)
    {
        if (Volatile.Read(ref _mismatch) is { } mismatch && method.StartsWith("/khscrm.", StringComparison.Ordinal))
            throw new RpcFault(ErrorReason.Unavailable, mismatch);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string? mismatch;
        try
        {
            (_, mismatch) = await schema.CheckAsync(cancellationToken);
        }
        catch (Exception exception) when (DatabaseAway.IsAway(exception))
        {
            // It will be asked again: a server may start before its database.
            return;
        }

        if (mismatch is not null)
            throw new SchemaMismatchException(mismatch);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
