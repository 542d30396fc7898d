using System.Data.Common;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Maintenance;
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

namespace KhsCrm.Storage.Hosting;

/// <summary>The one door of this project.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>Adds the PostgreSQL side: the data source, the delta reader, the group committer, sessions, queries.</summary>
    /// <param name="services">The container.</param>
    /// <param name="connectionString">Where the database is.</param>
    /// <param name="readConnectionString">Where a standby of it is that takes over catch-up reads; null for none.</param>
    public static IServiceCollection AddKhsCrmStorage(
        this IServiceCollection services, string connectionString, string? readConnectionString = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ConnectionOptions>().BindConfiguration("Connections").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => CreateDataSource(connectionString, Connections(provider).Common));
        services.AddKeyedSingleton(DataSources.Warm, (provider, _) => CreateDataSource(
            connectionString,
            provider.GetRequiredService<IOptions<GroupCommitOptions>>().Value.Committers + ConnectionOptions.Pump,
            isPrepared: true));
        services.AddKeyedSingleton(DataSources.FirstSync, (provider, _) => CreateDataSource(
            connectionString, Connections(provider).FirstSyncs, isPrepared: true));
        services.AddDbContextFactory<KhsCrmDbContext>(
            (provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddOptions<DeltaOptions>().BindConfiguration("Deltas").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<DeviceOptions>().BindConfiguration("Devices").ValidateDataAnnotations().ValidateOnStart();
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
                provider, CreateDataSource(readConnectionString, Connections(provider).Standby)));
        }

        services.AddSingleton<SchemaFit>();
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
        services.AddSingleton<GroupCommitter>();
        services.AddSingleton<DeferredOperations>();
        services.AddSingleton<QueueList>();
    }

    private static ConnectionOptions Connections(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<ConnectionOptions>>().Value;

    // The statements of groups, of the pump and of first syncs are few, long and always the same.
    private const int PreparedStatements = 100;

    // A peer that is gone is noticed by TCP within a minute: a commit has no timeout of its own.
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveInterval = 10;

    // Nothing is sent as a start-up option: a pooler refuses it, or drops it. What must hold is set inside the transactions
    // (Durability.DurableTransaction); what is set here only makes statements faster, and may get lost behind a pooler. Nothing here
    // leaves anything behind in a session, so its plans need not be thrown away when the connection goes back to the pool:
    // those of the triggers and foreign keys are worth keeping.
    private static NpgsqlDataSource CreateDataSource(string connectionString, int connections, bool isPrepared = false)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName ??= "khscrm";
        settings.NoResetOnClose = true;
        settings.MaxPoolSize = connections;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, connections);
        settings.TcpKeepAlive = true;
        settings.TcpKeepAliveTime = KeepAliveSeconds;
        settings.TcpKeepAliveInterval = KeepAliveInterval;
        if (isPrepared)
        {
            settings.MinPoolSize = 0;
            if (!SaysHowManyStay(connectionString))
                settings.MaxAutoPrepare = PreparedStatements;
        }

        SessionSettings.Apply(builder, keepsPlans: settings.MaxAutoPrepare > 0);
        return builder.Build();
    }

    // A connection string that says 0 has a pooler in between that cannot keep statements. Npgsql takes its keywords with
    // and without spaces.
    private static bool SaysHowManyStay(string connectionString) =>
        new DbConnectionStringBuilder { ConnectionString = connectionString }.Keys.Cast<string>().Any(
            key => key.Replace(" ", "", StringComparison.Ordinal).Equals("MaxAutoPrepare", StringComparison.OrdinalIgnoreCase));
}
