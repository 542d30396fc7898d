using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace KhsCrm.Storage.Schema;

/// <summary>
/// The schema as EF Core sees it: what migrations are made from, and what simple reads use. Entities are written by the
/// group committer alone; triggers, partitions and expression indexes are in the SQL files beside the migrations.
/// </summary>
public sealed class KhsCrmDbContext(DbContextOptions<KhsCrmDbContext> options) : DbContext(options)
{
    /// <summary>Who may sign in.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();

    /// <summary>Customers, archived ones included.</summary>
    public DbSet<CustomerRow> Customers => Set<CustomerRow>();

    /// <summary>Jobs.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();

    /// <summary>Who works on which job.</summary>
    public DbSet<JobAssignmentRow> JobAssignments => Set<JobAssignmentRow>();

    /// <summary>The materials checklists, deleted lines included.</summary>
    public DbSet<MaterialRow> Materials => Set<MaterialRow>();

    /// <summary>The tokens of signed-in sessions.</summary>
    public DbSet<RefreshTokenRow> RefreshTokens => Set<RefreshTokenRow>();

    /// <summary>The accounts of other services.</summary>
    public DbSet<ServiceAccountRow> ServiceAccounts => Set<ServiceAccountRow>();

    /// <summary>Status changes of jobs.</summary>
    public DbSet<JobStatusHistoryRow> JobStatusHistory => Set<JobStatusHistoryRow>();

    /// <summary>The audit trail.</summary>
    public DbSet<ActivityLogRow> ActivityLogs => Set<ActivityLogRow>();

    /// <summary>The ledger of pushed operations.</summary>
    public DbSet<SyncQueueRow> SyncQueue => Set<SyncQueueRow>();

    /// <summary>The installations that sync.</summary>
    public DbSet<DeviceRow> Devices => Set<DeviceRow>();

    /// <summary>What was deleted.</summary>
    public DbSet<TombstoneRow> Tombstones => Set<TombstoneRow>();

    /// <summary>The histories that operators began.</summary>
    public DbSet<SyncHistoryRow> SyncHistories => Set<SyncHistoryRow>();

    /// <summary>The migrations that older servers may run on.</summary>
    public DbSet<SchemaCompatibilityRow> SchemaCompatibility => Set<SchemaCompatibilityRow>();

    /// <summary>Which transactions had ended when.</summary>
    public DbSet<TombstoneMarkRow> TombstoneMarks => Set<TombstoneMarkRow>();

    /// <summary>The database's timelines.</summary>
    public DbSet<SyncTimelineRow> SyncTimelines => Set<SyncTimelineRow>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        // No index for each foreign key: those to users would only serve the deletion of a user, which does not happen,
        // and cost every write of a material three indexes more.
        configurationBuilder.Conventions.Remove<ForeignKeyIndexConvention>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(KhsCrmDbContext).Assembly);
        SnakeCaseNames.Apply(modelBuilder);
        ContractRanges.Apply(modelBuilder);
    }
}
