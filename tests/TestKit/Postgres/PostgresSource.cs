namespace KhsCrm.TestKit;

/// <summary>A way to come by a PostgreSQL server.</summary>
internal abstract class PostgresSource : IAsyncDisposable
{
    /// <summary>Forces one way: <c>env</c>, <c>docker</c> or <c>binaries</c>.</summary>
    public const string ForcedVariable = "KHSCRM_TEST_POSTGRES_FROM";

    private static readonly (string Name, Func<CancellationToken, Task<PostgresSource>> Start)[] Ways =
    [
        ("env", ConfiguredPostgres.StartAsync),
        ("docker", DockerPostgres.StartAsync),
        ("binaries", BinariesPostgres.StartAsync),
    ];

    public abstract string Origin { get; }

    public abstract string ConnectionString { get; }

    public abstract ValueTask DisposeAsync();

    /// <summary>
    /// The first way that works. There is always one or the tests fail: a suite that skips what it cannot reach proves
    /// nothing.
    /// </summary>
    public static async Task<PostgresSource> ChooseAsync(CancellationToken cancellationToken)
    {
        var forced = Environment.GetEnvironmentVariable(ForcedVariable);
        var ways = string.IsNullOrEmpty(forced) ? Ways : [.. Ways.Where(way => way.Name == forced)];
        if (ways.Length == 0)
            throw new InvalidOperationException($"{ForcedVariable}={forced} is none of env, docker and binaries.");
        var refusals = new List<string>();
        foreach (var (name, start) in ways)
        {
            try
            {
                return await start(cancellationToken);
            }
            catch (Exception refusal) when (refusal is not OperationCanceledException)
            {
                refusals.Add($"{name}: {refusal.Message}");
            }
        }
        throw new InvalidOperationException(
            $"These tests need PostgreSQL 15 or newer and found none ({ForcedVariable}={forced}).\n"
            + $"Set {ConfiguredPostgres.Variable}, start Docker, or install PostgreSQL.\n"
            + string.Join('\n', refusals));
    }
}
