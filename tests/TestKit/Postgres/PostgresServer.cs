namespace KhsCrm.TestKit;

/// <summary>
/// The PostgreSQL server of this test process: started by the first test that needs it, gone when the process ends.
/// </summary>
public sealed class PostgresServer
{
    private static readonly Once<PostgresServer> Shared = new(StartAsync);

    private readonly PostgresSource _source;

    private PostgresServer(PostgresSource source) => _source = source;

    /// <summary>Connects as a superuser to the server's maintenance database.</summary>
    public string ConnectionString => _source.ConnectionString;

    /// <summary>Where the server came from, for messages.</summary>
    public string Origin => _source.Origin;

    /// <summary>The server, started if it is not yet.</summary>
    public static Task<PostgresServer> GetAsync(CancellationToken cancellationToken) =>
        Shared.GetAsync(cancellationToken);

    private static async Task<PostgresServer> StartAsync()
    {
        var source = await PostgresSource.ChooseAsync(CancellationToken.None);
        // A killed process does not get here. Then the binaries' guard and Testcontainers' reaper do the work.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(source);
        return new PostgresServer(source);
    }

#pragma warning disable VSTHRD002 // An exiting process has no asynchronous way to wait, and nothing left to block.
    private static void Stop(PostgresSource source) =>
        Task.Run(async () =>
        {
            await TemplateDatabase.DropAsync();
            await source.DisposeAsync();
        }).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
