using KhsCrm.Development.SampleData;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tables;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Queries;

/// <summary>
/// The queries use the indexes made for them, at a size where the planner's choice is clear. docs/adr/0003 shows the
/// plans at 2,000,000 materials.
/// </summary>
public sealed class QueryPlanTests : IClassFixture<QueryPlanTests.Sample>
{
    private readonly NpgsqlDataSource _dataSource;

    public QueryPlanTests(Sample sample) => _dataSource = sample.Source;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_uses_the_text_and_the_phone_index()
    {
        var plan = await ExplainAsync(command => CustomerSearch.Write(command, null, "kowalski maple", false, null, 20));

        Assert.Contains("idx_customers_search_gin", plan, StringComparison.Ordinal);
        Assert.Contains("idx_customers_phone", plan, StringComparison.Ordinal);
        AssertNoScanOf("customers", plan);
    }

    [Fact]
    public async Task The_dashboard_reads_in_the_order_of_its_index()
    {
        var after = new ActiveJobList.Position(new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc), Guid.Empty);
        foreach (var position in new[] { null, after })
        {
            var plan = await ExplainAsync(command => ActiveJobList.Write(command, [], null, position, 20));

            Assert.Contains("Scan Backward using idx_jobs_active", plan, StringComparison.Ordinal);
            Assert.Contains("customers_pkey", plan, StringComparison.Ordinal);
            AssertNoScanOf("jobs", plan);
            AssertNoScanOf("customers", plan);
            AssertNoScanOf("job_assignments", plan);
        }
    }

    [Fact]
    public async Task A_workers_view_begins_at_their_assignments()
    {
        var plan = await ExplainAsync(command => AssignedJobList.Write(command, Sample.Worker, [], null, 20));

        Assert.Contains("idx_assignments_user", plan, StringComparison.Ordinal);
        Assert.Contains("jobs_pkey", plan, StringComparison.Ordinal);
        AssertNoScanOf("jobs", plan);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_checklist_reads_in_the_order_of_its_index(bool isNextPage)
    {
        var after = isNextPage ? new Checklist.Position(false, DateTime.UnixEpoch, Guid.Empty) : null;

        var plan = await ExplainAsync(command => Checklist.Write(command, Sample.Job, false, false, after, 100));

        Assert.Contains("idx_materials_purchased", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checklist_with_deleted_lines_uses_the_index_of_the_job()
    {
        var plan = await ExplainAsync(command => Checklist.Write(command, Sample.Job, false, true, null, 100));

        Assert.Contains("idx_materials_job", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_of_what_changed_last_read_in_the_order_of_an_index(bool isNextPage)
    {
        var time = new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var customer = isNextPage ? new CustomerList.Position(time, Guid.Empty) : null;
        var job = isNextPage ? new JobList.Position(time, Guid.Empty) : null;
        foreach (var (table, plan) in new[]
        {
            ("customers", await ExplainAsync(command => CustomerList.Write(command, null, includeArchived: false, customer, 100))),
            ("customers", await ExplainAsync(command => CustomerList.Write(command, null, includeArchived: true, customer, 100))),
            ("jobs", await ExplainAsync(command => JobList.Write(command, null, new(null, [], null, null, null, null), job, 100))),
        })
        {
            AssertNoScanOf(table, plan);
            Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_workers_lists_begin_at_their_assignments()
    {
        foreach (var plan in new[]
        {
            await ExplainAsync(command => CustomerList.Write(command, Sample.Worker, includeArchived: false, null, 100)),
            await ExplainAsync(command => JobList.Write(command, Sample.Worker, new(null, [], null, null, null, null), null, 100)),
        })
        {
            Assert.Contains("idx_assignments_user", plan, StringComparison.Ordinal);
            AssertNoScanOf("customers", plan);
            AssertNoScanOf("jobs", plan);
        }
    }

    [Fact]
    public async Task The_audit_trail_of_a_job_and_of_a_row_is_found_by_index()
    {
        var ofJob = await ExplainAsync(command => ActivityList.Write(command, new(null, null, null, Sample.Job, null, null), null, 100));
        var ofRow = await ExplainAsync(command => ActivityList.Write(command, new("job", Sample.Job, null, null, null, null), null, 100));

        // Each month has the index under a name of its own.
        Assert.Contains("_job_id_created_at_idx", ofJob, StringComparison.Ordinal);
        Assert.Contains("_entity_id_entity_type_idx", ofRow, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("materials")]
    [InlineData("job_assignments")]
    [InlineData("job_status_history")]
    [InlineData("activity_logs")]
    public async Task What_goes_with_a_deleted_job_is_found_by_index(string table)
    {
        var plan = await ExplainAsync(command =>
        {
            command.CommandText = $"DELETE FROM {table} WHERE job_id = $1";
            command.Parameters.AddWithValue(Sample.Job);
        });

        Assert.Contains("Index Cond: (job_id =", plan.Replace("(activity_logs", "(", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> ChangeIndexes => new()
    {
        { "customers", "idx_customers_change" },
        { "jobs", "idx_jobs_change" },
        { "job_assignments", "idx_assignments_change" },
        { "materials", "idx_materials_change" },
        { "job_status_history", "idx_status_history_change" },
    };

    [Theory]
    [MemberData(nameof(ChangeIndexes))]
    public async Task A_small_delta_is_found_by_transaction(string table, string index)
    {
        var next = ulong.MaxValue / 4;
        var start = new Snapshot(next - 10, next, [next - 10, next - 5]);

        var plan = await ExplainAsync(command => Use(command,
            new WindowQuery(Range(new(Scope, HeldKinds.Only(KindSet.Known), Database, default, default, start)), Options).Keys([TableOf(table)])));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        AssertNoScanOf(table, plan);
    }

    public static TheoryData<string, string> TimeIndexes => new()
    {
        { "customers", "idx_customers_updated" },
        { "jobs", "idx_jobs_updated" },
        { "job_assignments", "idx_assignments_date" },
        { "materials", "idx_materials_updated" },
        { "job_status_history", "idx_status_history_changed" },
    };

    [Fact]
    public async Task A_first_sync_merges_all_tables_in_the_order_of_their_indexes_and_reads_no_more_than_a_page()
    {
        var target = new Snapshot(100_000, 100_000, []);
        var last = new RowKey(DateTime.UnixEpoch, Guid.Empty, 0);
        var tables = TimeIndexes.Select(row => TableOf(row.Data.Item1));

        var plan = await ExplainAsync(command => Use(command, new WindowQuery(Range(new(Scope, HeldKinds.None, Database, default, default, null, target, last, KindSet.Known)), Options).Keys(tables)));

        Assert.Contains("Merge Append", plan, StringComparison.Ordinal);
        foreach (var row in TimeIndexes)
            Assert.Contains($"Index Scan using {row.Data.Item2}", plan, StringComparison.Ordinal);
        // What is sorted is the page, above the merge.
        Assert.All(Below(plan, "Merge Append"), line => Assert.DoesNotContain("Sort  (", line, StringComparison.Ordinal));
    }

    private static DeltaOptions Options => new() { PageSize = 100 };

    private static CursorScope Scope => new(Rows.Owner, Role.Owner);

    private static DatabaseIdentity Database => new("1", 1);

    private static WindowRange Range(Cursor position) => new(Scope, KindSet.Known, position);

    private static EntityTable TableOf(string name) => EntityTables.All.Single(table => table.Name == name);

    private static void Use(NpgsqlCommand command, NpgsqlBatchCommand query)
    {
        command.CommandText = query.CommandText;
        foreach (NpgsqlParameter parameter in query.Parameters)
            command.Parameters.Add(parameter.Clone());
    }

    private static void AssertNoScanOf(string table, string plan) =>
        Assert.DoesNotContain($"Seq Scan on {table} ", plan, StringComparison.Ordinal);

    // The lines of a plan that are further in than one of a node that they follow.
    private static IEnumerable<string> Below(string plan, string node)
    {
        var depth = int.MaxValue;
        foreach (var line in plan.Split('\n'))
        {
            var indent = line.Length - line.TrimStart().Length;
            if (indent > depth)
                yield return line;
            else
                depth = line.Contains(node, StringComparison.Ordinal) ? indent : int.MaxValue;
        }
    }

    private Task<string> ExplainAsync(Action<NpgsqlCommand> write) => _dataSource.ExplainAsync(write, Cancellation);

    /// <summary>One database for all plans, of a moderate size.</summary>
    public sealed class Sample : DatabaseTest
    {
        public static readonly Guid Worker = Guid.NewGuid();

        public static Guid Job => SampleId.Of(SampleKind.Job, 7);

        public NpgsqlDataSource Source => DataSource;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await SampleDataLoader.LoadAsync(DataSource, new SampleSize(10_000, 10_000, 30_000), Cancellation);
            // The five sample workers share all jobs; this one has as many as a worker has.
            await Sql.ExecuteAsync(
                "INSERT INTO users (id, email, password_hash, name, role) VALUES ($1, 'few@khscrm.com', '!', 'Few', 'WORKER')", Worker);
            await Sql.ExecuteAsync(
                "INSERT INTO job_assignments (job_id, user_id) SELECT id, $1 FROM jobs ORDER BY id LIMIT 40", Worker);
            // A checklist long enough for the order to matter.
            await Sql.ExecuteAsync(
                "INSERT INTO materials (job_id, item_name, added_by_id) SELECT $1, 'Nails', $2 FROM generate_series(1, 500)",
                Job, Rows.Owner);
            await Sql.ExecuteAsync("VACUUM ANALYZE");
        }
    }
}
