using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>The development host as a process, on a database of the test's own.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly (string Name, string Value)[] _settings;
    private ChildProcess _process;

    private Service(TestDatabase database, (string Name, string Value)[] settings, ChildProcess process, string url)
    {
        (_database, _settings, _process, Url) = (database, settings, process, url);
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public string Url { get; private set; }

    /// <summary>Where HTTP/1.1 is spoken, as the host says before it is ready.</summary>
    public string HttpUrl => _process.Output.Split('\n').Single(line => line.Contains("/docs", StringComparison.Ordinal))
        .Split(' ')[^1].Trim().Replace("/docs", "", StringComparison.Ordinal);

    public NpgsqlDataSource DataSource { get; }

    public string ConnectionString => _database.ConnectionString;

    /// <summary>Starts it.</summary>
    /// <param name="settings">Settings besides those of the tests, as environment variables.</param>
    public static async Task<Service> StartAsync(params (string Name, string Value)[] settings)
    {
        var database = await TestDatabase.CreateEmptyAsync(TestContext.Current.CancellationToken);
        var process = Launch(database, port: 0, settings);
        return new Service(database, settings, process, await UrlAsync(process));
    }

    /// <summary>A new device in a folder of its own, signed in.</summary>
    public async Task<Device> SignInAsync(string email = "owner@khscrm.com", string password = "owner-demo-1")
    {
        var device = new Device();
        var result = await device.RunAsync(
            ["login", email, "--password-stdin", "--server", Url], input: password);
        Assert.True(result.ExitCode == 0, result.Errors);
        return device;
    }

    /// <summary>Kills the server, as a power cut would.</summary>
    public async Task KillAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again where it was.</summary>
    public async Task StartAgainAsync()
    {
        _process = Launch(_database, new Uri(Url).Port, _settings);
        Url = await UrlAsync(_process);
    }

    /// <summary>All customers in the database, as lines to compare: name, phone number and notes.</summary>
    public async Task<IReadOnlyList<string>> CustomersAsync()
    {
        List<string> lines = [];
        await using var command = DataSource.CreateCommand(
            "SELECT name || ': ' || coalesce(phone, '') || '; ' || coalesce(notes, '') FROM customers");
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            lines.Add(rows.GetString(0));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>All rows in the scope of an owner, or of a worker, as lines to compare.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string? workerEmail = null)
    {
        List<string> lines = [];
        await using var command = DataSource.CreateCommand(
            """
            WITH mine AS (
                SELECT j.* FROM jobs j WHERE $1 = '' OR EXISTS (
                    SELECT FROM job_assignments a JOIN users u ON u.id = a.user_id WHERE a.job_id = j.id AND u.email = $1))
            SELECT format('customer %s %s: %s; %s', id, name, phone, notes) FROM customers
            WHERE $1 = '' OR id IN (SELECT customer_id FROM mine)
            UNION ALL SELECT format('job %s %s %s', id, title, array_position(
                ARRAY['NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD'], status::text)) FROM mine
            UNION ALL SELECT format('assignment %s %s %s', a.id, a.job_id, a.user_id) FROM job_assignments a JOIN mine ON mine.id = a.job_id
            UNION ALL SELECT format('material %s %s %s %s %s', m.id, m.item_name, trim_scale(m.quantity),
                initcap(m.purchased::text), initcap(m.is_deleted::text)) FROM materials m JOIN mine ON mine.id = m.job_id
            """);
        command.Parameters.AddWithValue(workerEmail ?? "");
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            lines.Add(rows.GetString(0));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static ChildProcess Launch(TestDatabase database, int port, (string Name, string Value)[] settings) => ChildProcess.Start(
        "KhsCrm.Development.dll",
        ["--port", $"{port}", "--http-port", "0", "--connection", database.ConnectionString, "--customers", "4", "--jobs", "5", "--materials", "8"],
        // Devices on a bad network renew their tokens, and under stress sign in, far more often than people do.
        environment:
        [
            ("Limits__RefreshesPerAccount", "100000"), ("Limits__RefreshesPerAddress", "1000000"),
            ("Limits__PasswordsPerAccount", "1000"), ("Limits__PasswordsPerAddress", "1000000"),
            .. settings,
        ]);

    private static async Task<string> UrlAsync(ChildProcess process) => (await process.WaitForLineAsync("ready "))["ready ".Length..];
}
