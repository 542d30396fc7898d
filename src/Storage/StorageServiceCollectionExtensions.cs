using System.Data.Common;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Maintenance;
using KhsCrm.Storage.Operations;
using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Schema;
using KhsCrm.Storage.ServiceAccounts;
using KhsCrm.Storage.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage;

/// <summary>The one door of this project.</summary>
public static class StorageServiceCollectionExtensions
{
    // One reads, one tells the other servers.
    private const int PumpConnections = 2;

    /// <summary>Adds the PostgreSQL side: the data source, the delta reader, the operation applier, sessions, queries.</summary>
    /// <param name="services">The container.</param>
    /// <param name="connectionString">Where the database is.</param>
    /// <param name="readConnectionString">Where a standby of it is that takes over catch-up reads; null for none.</param>
    public static IServiceCollection AddKhsCrmStorage(
        this IServiceCollection services, string connectionString, string? readConnectionString = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => CreateDataSource(connectionString));
        services.AddKeyedSingleton(DataSources.Warm, (provider, _) => CreateDataSource(
            connectionString,
            isPrepared: true,
            provider.GetRequiredService<IOptions<GroupCommitOptions>>().Value.Committers + PumpConnections));
        services.AddKeyedSingleton(DataSources.FirstSync, (_, _) => CreateDataSource(connectionString, isPrepared: true));
        services.AddDbContextFactory<KhsCrmDbContext>(
            (provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddOptions<DeltaOptions>().BindConfiguration("Deltas").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RetentionOptions>().BindConfiguration("Retention").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LiveWindowOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SignInOptions>().BindConfiguration("SignIn").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionDirectory>();
        services.AddSingleton<PasswordChange>();
        services.AddSingleton<ServiceAccountStore>();
        services.AddSingleton<DeviceRegistry>();
        services.AddSingleton<DeviceDirectory>();
        services.AddSingleton<DeltaReader>();
        if (!string.IsNullOrEmpty(readConnectionString))
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ReadReplica>(
                provider, CreateDataSource(readConnectionString)));
        }

        services.AddSingleton<DatabaseMaintenance>();
        services.AddSingleton<LiveReader>();
        services.AddPush();
        services.AddSingleton<RowFinder>();
        services.AddSingleton<UserList>();
        services.AddSingleton<CustomerList>();
        services.AddSingleton<CustomerSearch>();
        services.AddSingleton<JobList>();
        services.AddSingleton<ActiveJobList>();
        services.AddSingleton<AssignedJobList>();
        services.AddSingleton<StatusHistoryList>();
        services.AddSingleton<Checklist>();
        services.AddSingleton<ActivityList>();
        services.AddSingleton<DatabaseHealthReader>();
        services.AddSingleton<LedgerCounts>();
        services.AddSingleton<MaintenanceRunner>();
        return services;
    }

    private static void AddPush(this IServiceCollection services)
    {
        services.AddOptions<DeferralOptions>().BindConfiguration("Deferral").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<GroupCommitOptions>().BindConfiguration("GroupCommit").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<OperationApplier>();
        services.AddSingleton<GroupCommitter>();
        services.AddSingleton<DeferredOperations>();
        services.AddSingleton<QueueList>();
    }

    // The statements of groups, of the pump and of first syncs are few, long and always the same.
    private const int PreparedStatements = 100;

    // Acknowledged means committed to disk (DESIGN §1.8), whatever the server's own default is. No statement here gains by
    // being compiled. And nothing here leaves anything behind in a session, so that its plans need not be thrown away when
    // the connection goes back to the pool: those of the triggers and foreign keys are worth keeping.
    private static NpgsqlDataSource CreateDataSource(string connectionString, bool isPrepared = false, int? connections = null)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.ApplicationName ??= "khscrm";
        builder.ConnectionStringBuilder.Options =
            $"{builder.ConnectionStringBuilder.Options} -c synchronous_commit=on -c jit=off".TrimStart();
        builder.ConnectionStringBuilder.NoResetOnClose = true;
        if (isPrepared)
        {
            builder.ConnectionStringBuilder.MinPoolSize = 0;
            // A plan that is kept must not be one for the small table of its first minute. What is read by id has an index.
            builder.ConnectionStringBuilder.Options += " -c enable_seqscan=off";
            if (!SaysHowManyStay(connectionString))
                builder.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        }

        if (connections is { } count)
            builder.ConnectionStringBuilder.MaxPoolSize = count;
        return builder.Build();
    }

    // Who says 0 has a pooler in between that cannot keep statements. Npgsql takes its keywords with and without spaces.
    private static bool SaysHowManyStay(string connectionString) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString }.Keys.Cast<string>().Any(
            key => key.Replace(" ", "", StringComparison.Ordinal).Equals("MaxAutoPrepare", StringComparison.OrdinalIgnoreCase));
}
