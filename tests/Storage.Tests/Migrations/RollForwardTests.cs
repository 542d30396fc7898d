using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace KhsCrm.Storage.Tests.Migrations;

public sealed class RollForwardTests : DatabaseTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var context = CreateContext();
        var first = context.Database.GetMigrations().First();
        await context.GetService<IMigrator>().MigrateAsync(first, Cancellation);
    }

    [Fact]
    public async Task Version_1_has_the_system_user_and_nobody_else() =>
        Assert.Equal([Rows.System], await Sql.ListAsync<Guid>("SELECT id FROM users"));

    [Fact]
    public async Task An_empty_version_1_gets_the_default_owner()
    {
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);

        Assert.Equal(1, await Sql.CountAsync(
            "users", "id = $1 AND email = 'owner@khscrm.com' AND name = 'John Smith' AND role = 'OWNER' AND is_active",
            Rows.Owner));
        var hash = await Sql.TextAsync("SELECT password_hash FROM users WHERE id = $1", Rows.Owner);
        Assert.True(BCrypt.Net.BCrypt.Verify("owner-demo-1", hash));
    }

    [Fact]
    public async Task Version_1_rolls_forward_with_data_in_it_and_keeps_every_row_as_it_was()
    {
        // An owner under the seed's address, written otherwise, who is not the seed's.
        var owner = await Sql.IdAsync(
            """
            INSERT INTO users (email, password_hash, name, role) VALUES ('Owner@KHSCRM.com', 'theirs', 'Jane', 'OWNER')
            RETURNING id
            """);
        var customer = await Sql.InsertCustomerAsync();
        var job = await Sql.IdAsync(
            "INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('Roof', $1, $2) RETURNING id", customer, owner);
        await Sql.ExecuteAsync("INSERT INTO materials (job_id, item_name, added_by_id) VALUES ($1, 'Nails', $2)", job, owner);
        await Sql.InsertAssignmentAsync(job, owner);
        var before = await SnapshotAsync();

        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);

        Assert.Equal(before, await SnapshotAsync());
        Assert.Equal("theirs", await Sql.TextAsync("SELECT password_hash FROM users WHERE lower(email) = 'owner@khscrm.com'"));
    }

    [Fact]
    public async Task Customers_whom_the_contract_could_not_hold_are_mended_and_no_more_are_made()
    {
        await Sql.ExecuteAsync(
            @"INSERT INTO customers (name, address, email) VALUES ('', 'a', ''), (E' \t\n', 'b', 'b@example.com'), ('Ann', 'c', NULL)");

        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);

        Assert.Equal(
            ["Unnamed/a/", "Unnamed/b/b@example.com", "Ann/c/"],
            await Sql.ListAsync<string>("SELECT concat_ws('/', name, address, coalesce(email, '')) FROM customers ORDER BY address"));
        await Sql.RefusesAsync("23514", "check_customer_name", @"UPDATE customers SET name = E'\t '");
        await Sql.RefusesAsync("23514", "check_customer_email", "UPDATE customers SET email = ''");
    }

    protected override Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateEmptyAsync(Cancellation);

    private async Task<List<string>> SnapshotAsync()
    {
        List<string> rows = [];
        foreach (var table in new[]
            { "users", "customers", "jobs", "job_assignments", "materials", "job_status_history", "activity_logs" })
            rows.AddRange(await Sql.ListAsync<string>($"SELECT t::text FROM {table} t ORDER BY id"));
        return rows;
    }
}
