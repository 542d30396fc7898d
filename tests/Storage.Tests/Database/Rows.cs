namespace KhsCrm.Storage.Tests.Database;

/// <summary>Makes rows for tests by the shortest statement that the schema takes.</summary>
internal static class Rows
{
    public static readonly Guid System = new("00000000-0000-7000-8000-000000000001");

    public static readonly Guid Owner = new("00000000-0000-7000-8000-000000000002");

    public static Task<Guid> InsertWorkerAsync(this Sql sql, string email = "w@khscrm.com") => sql.IdAsync(
        "INSERT INTO users (email, password_hash, name, role) VALUES ($1, 'hash-of-secret', 'Wes', 'WORKER') RETURNING id",
        email);

    public static Task<Guid> InsertCustomerAsync(this Sql sql, string name = "Ann Lee", string? phone = null) =>
        sql.IdAsync("INSERT INTO customers (name, address, phone) VALUES ($1, '1 Oak Street', $2) RETURNING id", name, phone);

    public static Task<Guid> InsertJobAsync(this Sql sql, Guid customer, string status = "NOT_STARTED") => sql.IdAsync(
        "INSERT INTO jobs (title, customer_id, status, created_by_id) VALUES ('Roof', $1, $2, $3) RETURNING id",
        customer, status, Owner);

    public static async Task<Guid> InsertJobAsync(this Sql sql, string status = "NOT_STARTED") =>
        await sql.InsertJobAsync(await sql.InsertCustomerAsync(), status);

    public static Task<Guid> InsertMaterialAsync(this Sql sql, Guid job, string name = "Nails") => sql.IdAsync(
        "INSERT INTO materials (job_id, item_name, added_by_id) VALUES ($1, $2, $3) RETURNING id", job, name, Owner);

    public static Task<Guid> InsertAssignmentAsync(this Sql sql, Guid job, Guid user) =>
        sql.IdAsync("INSERT INTO job_assignments (job_id, user_id) VALUES ($1, $2) RETURNING id", job, user);
}
