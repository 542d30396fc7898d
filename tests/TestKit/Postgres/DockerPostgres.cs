using Testcontainers.PostgreSql;

namespace KhsCrm.TestKit;

/// <summary>A server in a container.</summary>
internal sealed class DockerPostgres : PostgresSource
{
    public const string ImageVariable = "KHSCRM_TEST_POSTGRES_IMAGE";

    // Long enough to pull the image, short enough to fall through where no registry can be reached.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly PostgreSqlContainer _container;

    private DockerPostgres(PostgreSqlContainer container) => _container = container;

    public override string Origin => $"Docker image {Image}";

    public override string ConnectionString => _container.GetConnectionString();

    private static string Image =>
        Environment.GetEnvironmentVariable(ImageVariable) is { Length: > 0 } image ? image : "postgres:17";

    public static async Task<PostgresSource> StartAsync(CancellationToken cancellationToken)
    {
        if (!await DockerEngine.AnswersAsync(cancellationToken))
            throw new InvalidOperationException("no Docker engine answers");
        var settings = BinariesPostgres.Settings
            .SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" });
        // In memory, where databases are made faster. From version 18 on the image keeps its data elsewhere, which is as well.
        var container = new PostgreSqlBuilder(Image).WithCommand([.. settings]).WithTmpfsMount("/var/lib/postgresql/data").Build();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            await container.StartAsync(limit.Token);
            return new DockerPostgres(container);
        }
        catch (Exception failure)
        {
            await container.DisposeAsync();
            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException($"{Image} was not up after {StartLimit}", failure);
            throw;
        }
    }

    public override ValueTask DisposeAsync() => _container.DisposeAsync();
}
