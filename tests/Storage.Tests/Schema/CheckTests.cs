using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

public sealed class CheckTests : DatabaseTest
{
    [Theory]
    [InlineData("OWNER", true)]
    [InlineData("WORKER", true)]
    [InlineData("ADMIN", false)]
    [InlineData("owner", false)]
    public async Task A_user_is_an_owner_or_a_worker(string role, bool isAllowed) => await CheckAsync(
        isAllowed, "users_role_check",
        "INSERT INTO users (email, password_hash, name, role) VALUES ('a@b', 'h', 'A', $1)", role);

    [Theory]
    [InlineData("ON_HOLD", true)]
    [InlineData("CANCELLED", false)]
    [InlineData("on_hold", false)]
    public async Task A_job_has_one_of_five_statuses(string status, bool isAllowed)
    {
        var customer = await Sql.InsertCustomerAsync();
        await CheckAsync(isAllowed, "check_job_status",
            "INSERT INTO jobs (title, customer_id, status, created_by_id) VALUES ('R', $1, $2, $3)",
            customer, status, Rows.Owner);
    }

    [Fact]
    public async Task An_update_to_an_unknown_status_is_refused_as_unknown() => await CheckAsync(
        false, "check_job_status", "UPDATE jobs SET status = 'CANCELLED' WHERE id = $1", await Sql.InsertJobAsync());

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("2026-05-01", null, true)]
    [InlineData(null, "2026-05-01", true)]
    [InlineData("2026-05-01", "2026-05-01", true)]
    [InlineData("2026-05-01", "2026-05-02", true)]
    [InlineData("2026-05-02", "2026-05-01", false)]
    public async Task A_job_does_not_end_before_it_starts(string? start, string? end, bool isAllowed)
    {
        var job = await Sql.InsertJobAsync();
        await CheckAsync(isAllowed, "check_job_dates",
            "UPDATE jobs SET start_date = $1::text::date, end_date = $2::text::date WHERE id = $3", start, end, job);
    }

    [Theory]
    [InlineData("0.01", true)]
    [InlineData("99999999.99", true)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("0.004", false)]
    [InlineData("NaN", false)]
    public async Task A_quantity_is_above_zero(string quantity, bool isAllowed)
    {
        var material = await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
        await CheckAsync(isAllowed, "check_quantity_positive",
            "UPDATE materials SET quantity = $1::text::numeric WHERE id = $2", quantity, material);
    }

    [Fact]
    public async Task A_quantity_has_eight_digits_before_the_point()
    {
        var material = await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
        await Sql.RefusesAsync(PostgresErrorCodes.NumericValueOutOfRange, null,
            "UPDATE materials SET quantity = 100000000 WHERE id = $1", material);
    }

    [Theory]
    [InlineData("customers", "address", 10_000, "check_customer_texts")]
    [InlineData("customers", "notes", 100_000, "check_customer_texts")]
    [InlineData("jobs", "description", 100_000, "check_job_texts")]
    [InlineData("jobs", "notes", 100_000, "check_job_texts")]
    [InlineData("materials", "notes", 100_000, "check_material_texts")]
    public async Task A_text_is_no_longer_than_the_service_lets_it_be(string table, string column, int most, string constraint)
    {
        await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
        await CheckAsync(true, constraint, $"UPDATE {table} SET {column} = repeat('😀', $1)", most);
        await CheckAsync(false, constraint, $"UPDATE {table} SET {column} = repeat('x', $1)", most + 1);
    }

    [Theory]
    [InlineData("jsonb_build_object('text', repeat('x', 1900000))", true)]
    [InlineData("jsonb_build_object('text', repeat('x', 2000000))", false)]
    [InlineData("to_jsonb(array_fill(1e100000, ARRAY[30]))", false)]
    public async Task An_activity_entry_fits_into_a_message(string details, bool isAllowed) => await CheckAsync(
        isAllowed, "check_activity_details",
        $"""
        INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details)
        VALUES ('x', gen_random_uuid(), 'x', $1, {details})
        """, Rows.Owner);

    [Fact]
    public async Task The_longest_texts_can_be_audited()
    {
        var job = await Sql.InsertJobAsync();
        foreach (var text in new[] { @"repeat(E'\x01', 100000)", "repeat('😀', 100000)", "repeat('\"', 100000)" })
            await CheckAsync(true, "", $"UPDATE jobs SET description = {text}, notes = {text} WHERE id = $1", job);
        await CheckAsync(true, "", "DELETE FROM jobs WHERE id = $1", job);
    }

    [Theory]
    [InlineData(false, false, false, true)]
    [InlineData(false, false, true, false)]
    [InlineData(false, true, false, false)]
    [InlineData(false, true, true, false)]
    [InlineData(true, false, false, false)]
    [InlineData(true, false, true, false)]
    [InlineData(true, true, false, false)]
    [InlineData(true, true, true, true)]
    public async Task A_purchase_has_a_buyer_and_a_time_or_neither(
        bool purchased, bool hasBuyer, bool hasTime, bool isAllowed)
    {
        var material = await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
        await CheckAsync(isAllowed, "check_purchase_consistency",
            $"""
            UPDATE materials SET purchased = {purchased}, purchased_by_id = {(hasBuyer ? $"'{Rows.Owner}'" : "NULL")},
                purchased_at = {(hasTime ? "now()" : "NULL")} WHERE id = $1
            """, material);
    }

    [Theory]
    [InlineData("from_status", "check_from_status")]
    [InlineData("to_status", "check_to_status")]
    public async Task The_status_history_knows_the_five_statuses(string column, string constraint)
    {
        var job = await Sql.InsertJobAsync();
        await CheckAsync(false, constraint, $"UPDATE job_status_history SET {column} = 'X' WHERE job_id = $1", job);
    }

    [Theory]
    [InlineData("merge", "pending", "sync_queue_operation_check")]
    [InlineData("update", "paused", null)]
    public async Task A_queue_item_has_a_known_operation_and_status(string operation, string status, string? constraint) =>
        await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, constraint,
            "INSERT INTO sync_queue (user_id, operation, status, entity_type, payload) VALUES ($1, $2, $3, 'job', '{}')",
            Rows.Owner, operation, status);

    private async Task CheckAsync(bool isAllowed, string constraint, string sql, params object?[] values)
    {
        if (isAllowed)
            Assert.Equal(1, await Sql.ExecuteAsync(sql, values));
        else
            await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, constraint, sql, values);
    }
}
