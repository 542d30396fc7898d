using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Benchmarks.Push;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Benchmarks.Cost;

/// <summary>Four devices that push, and twenty that live deltas go to.</summary>
internal sealed class CostLoad : IDisposable
{
    private const int Pushing = 4;
    private const int Listening = 20;
    private readonly NpgsqlDataSource _database;
    private readonly GrpcChannel _channel;
    private readonly List<PushStream> _pushing = [];
    private readonly List<CostListener> _listening = [];
    private readonly PushWorkload _workload;
    private readonly Guid[] _jobs;
    private long _seq = 1;
    private int _written;

    private CostLoad(NpgsqlDataSource database, GrpcChannel channel, Guid[] jobs, Guid[] materials) =>
        (_database, _channel, _jobs, _workload) = (database, channel, jobs, new PushWorkload(jobs, materials));

    public static async Task<CostLoad> StartAsync(NpgsqlDataSource database, string address, CancellationToken cancellationToken)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var login = await new AuthService.AuthServiceClient(channel).LoginAsync(
            new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: cancellationToken);
        var credentials = new Metadata { { "authorization", $"Bearer {login.Tokens.AccessToken}" } };
        var load = new CostLoad(
            database,
            channel,
            await IdsAsync(database, "SELECT id FROM jobs ORDER BY id", cancellationToken),
            await IdsAsync(database, "SELECT id FROM materials WHERE NOT purchased AND NOT is_deleted ORDER BY id", cancellationToken));
        for (var i = 0; i < Pushing; i++)
            load._pushing.Add(await PushStream.OpenAsync(channel, credentials, cancellationToken));
        for (var i = 0; i < Listening; i++)
            load._listening.Add(await CostListener.OpenAsync(channel, credentials, cancellationToken));
        return load;
    }

    /// <summary>Pushes so many operations over all pushing streams.</summary>
    public async Task PushAsync(int operations, int batchSize, CancellationToken cancellationToken)
    {
        var each = operations / batchSize / Pushing;
        var batches = Array.ConvertAll(new byte[Pushing][][], _ => new byte[each][]);
        for (var batch = 0; batch < each; batch++, _seq += batchSize)
        {
            for (var stream = 0; stream < Pushing; stream++)
                batches[stream][batch] = PushStream.Encode(_workload.Next(batchSize, _seq));
        }

        await Task.WhenAll(_pushing.Select((stream, i) => stream.PushAsync(batches[i], batchSize, 4, cancellationToken)));
    }

    /// <summary>Writes so many changes by plain SQL, one a transaction, and waits until each listener has the last.</summary>
    public async Task WriteAsync(int changes, CancellationToken cancellationToken)
    {
        var note = "";
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        for (var i = 0; i < changes; i++)
        {
            note = $"Note {++_written}";
            await using var write = new NpgsqlCommand("UPDATE jobs SET notes = $1 WHERE id = $2", connection);
            write.Parameters.Add(new NpgsqlParameter<string> { TypedValue = note });
            write.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _jobs[_written % _jobs.Length] });
            await write.ExecuteNonQueryAsync(cancellationToken);
        }

        await Task.WhenAll(_listening.Select(listener => listener.WaitForAsync(note, cancellationToken)));
    }

    public void Dispose()
    {
        foreach (var stream in _pushing)
            stream.Dispose();
        foreach (var listener in _listening)
            listener.Dispose();
        _channel.Dispose();
    }

    private static async Task<Guid[]> IdsAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> ids = [];
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }
}
