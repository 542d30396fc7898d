using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

public sealed class RequiredColumnTests : DatabaseTest
{
    // All others are NOT NULL: the seed's, and those that the seed gave a default without NOT NULL (DESIGN §9.7).
    private static readonly string[] Optional =
    [
        "activity_logs.details", "activity_logs.job_id", "customers.email", "customers.notes", "customers.phone",
        "devices.revoked_at", "devices.revoked_by_id", "devices.session_id", "devices.wipe_proof",
        "job_status_history.from_status", "jobs.description", "jobs.end_date", "jobs.notes",
        "jobs.start_date", "materials.notes", "materials.purchased_at", "materials.purchased_by_id",
        "refresh_tokens.family_key", "refresh_tokens.used_at", "service_accounts.expires_at", "service_accounts.last_used_at",
        "service_accounts.revoked_at", "sync_queue.client_seq", "sync_queue.device_id", "sync_queue.entity_id",
        "sync_queue.error", "sync_queue.message", "sync_queue.processed_at", "sync_queue.result", "sync_queue.waits_for",
        "sync_timelines.first_lsn", "tombstones.customer_id", "tombstones.job_id", "tombstones.user_id", "users.last_login_at",
    ];

    [Fact]
    public async Task Only_these_columns_may_be_null() => Assert.Equal(
        Optional,
        await Sql.ListAsync<string>(
            """
            SELECT c.relname || '.' || a.attname FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull
            ORDER BY (c.relname || '.' || a.attname) COLLATE "C"
            """));
}
