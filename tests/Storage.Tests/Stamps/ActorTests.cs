using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Stamps;

/// <summary>Who wrote: the row says, else the transaction, else it was the system user. The audit trail agrees.</summary>
public sealed class ActorTests : DatabaseTest
{
    private Guid _worker;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _worker = await Sql.InsertWorkerAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task An_insert_is_laid_to_the_row_then_the_transaction_then_the_system(bool inRow, bool inTransaction)
    {
        await using var session = await BeginAsync(inTransaction ? _worker : null);

        await session.ExecuteAsync(
            "INSERT INTO customers (name, address, updated_by_id) VALUES ('A', 'B', $1::text::uuid)",
            inRow ? Rows.Owner.ToString() : null);

        await AssertActorAsync(session, Expected(inRow, inTransaction), "create");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task An_update_is_laid_to_the_same_and_never_to_the_previous_writer(bool inRow, bool inTransaction)
    {
        await Sql.ExecuteAsync("INSERT INTO customers (name, address, updated_by_id) VALUES ('A', 'B', $1)", Rows.Owner);
        await using var session = await BeginAsync(inTransaction ? _worker : null);

        await session.ExecuteAsync(inRow
            ? "UPDATE customers SET notes = 'n', updated_by_id = '00000000-0000-7000-8000-000000000002'"
            : "UPDATE customers SET notes = 'n'");

        await AssertActorAsync(session, Expected(inRow, inTransaction), "update");
    }

    [Fact]
    public async Task An_update_of_an_assignment_is_not_laid_to_who_assigned()
    {
        var job = await Sql.InsertJobAsync();
        await Sql.ExecuteAsync(
            "INSERT INTO job_assignments (job_id, user_id, updated_by_id) VALUES ($1, $2, $3)", job, _worker, Rows.Owner);
        await using var session = await BeginAsync(_worker);

        await session.ExecuteAsync("UPDATE job_assignments SET assigned_at = assigned_at + interval '1 hour'");

        Assert.Equal(_worker, await session.IdAsync("SELECT updated_by_id FROM job_assignments"));
        Assert.Equal(_worker, await session.IdAsync(
            "SELECT user_id FROM activity_logs WHERE entity_type = 'job_assignment' AND action = 'update'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delete_is_laid_to_the_transaction_then_the_system(bool inTransaction)
    {
        await Sql.ExecuteAsync("INSERT INTO customers (name, address, updated_by_id) VALUES ('A', 'B', $1)", Rows.Owner);
        await using var session = await BeginAsync(inTransaction ? _worker : null);

        await session.ExecuteAsync("DELETE FROM customers");

        Assert.Equal(Expected(false, inTransaction), await session.IdAsync(
            "SELECT user_id FROM activity_logs WHERE action = 'delete'"));
    }

    [Fact]
    public async Task The_transactions_actor_ends_with_it()
    {
        await using (var session = await BeginAsync(_worker))
        {
            await session.ExecuteAsync("COMMIT");
            await session.InsertCustomerAsync();
        }

        Assert.Equal(Rows.System, await Sql.IdAsync("SELECT updated_by_id FROM customers"));
    }

    [Fact]
    public async Task An_actor_who_is_nobody_is_refused()
    {
        await using var session = await BeginAsync(Guid.NewGuid());

        await session.RefusesAsync(PostgresErrorCodes.ForeignKeyViolation, "customers_updated_by_id_fkey",
            "INSERT INTO customers (name, address) VALUES ('A', 'B')");
    }

    [Fact]
    public async Task The_system_user_cannot_sign_in() => Assert.Equal(
        1, await Sql.CountAsync("users", "id = $1 AND NOT is_active AND password_hash = '!'", Rows.System));

    private Guid Expected(bool inRow, bool inTransaction) =>
        inRow ? Rows.Owner : inTransaction ? _worker : Rows.System;

    private async Task<Session> BeginAsync(Guid? actor)
    {
        var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        if (actor is { } id)
            await session.ExecuteAsync("SELECT set_config('khscrm.actor_id', $1, true)", id.ToString());
        return session;
    }

    private static async Task AssertActorAsync(Session session, Guid expected, string action)
    {
        Assert.Equal(expected, await session.IdAsync("SELECT updated_by_id FROM customers"));
        Assert.Equal(expected, await session.IdAsync(
            "SELECT user_id FROM activity_logs WHERE entity_type = 'customer' AND action = $1", action));
    }
}
