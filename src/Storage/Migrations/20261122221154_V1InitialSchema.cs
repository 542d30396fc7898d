using System;
using Microsoft.EntityFrameworkCore.Migrations;
using NpgsqlTypes;

#nullable disable

namespace KhsCrm.Storage.Migrations
{
    /// <inheritdoc />
    public partial class V1InitialSchema : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "sync_timelines",
                columns: table => new
                {
                    system_identifier = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    timeline_id = table.Column<int>(type: "integer", nullable: false),
                    first_lsn = table.Column<NpgsqlLogSequenceNumber>(type: "pg_lsn", nullable: true),
                    started_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("sync_timelines_pkey", x => new { x.system_identifier, x.timeline_id });
                    table.CheckConstraint("check_sync_timelines_times", "started_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                });

            migrationBuilder.CreateTable(
                name: "tombstones",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    entity_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    entity_id = table.Column<Guid>(type: "uuid", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: true),
                    customer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    deleted_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("tombstones_pkey", x => x.id);
                    table.CheckConstraint("check_tombstones_times", "deleted_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    email = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    password_hash = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, defaultValue: "!"),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    role = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    is_active = table.Column<bool>(type: "boolean", nullable: false, defaultValue: true),
                    is_service = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    last_login_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("users_pkey", x => x.id);
                    table.CheckConstraint("check_users_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND last_login_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND updated_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.CheckConstraint("users_role_check", "role IN ('OWNER', 'WORKER')");
                    table.ForeignKey(
                        name: "users_updated_by_id_fkey",
                        column: x => x.updated_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "customers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    phone = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    email = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    address = table.Column<string>(type: "text", nullable: false),
                    notes = table.Column<string>(type: "text", nullable: true),
                    is_archived = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("customers_pkey", x => x.id);
                    table.CheckConstraint("check_customer_texts", "char_length(address) <= 10000 AND char_length(notes) <= 100000");
                    table.CheckConstraint("check_customers_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND updated_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "customers_updated_by_id_fkey",
                        column: x => x.updated_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "devices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    app_version = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    last_client_seq = table.Column<long>(type: "bigint", nullable: false, defaultValue: 0L),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    last_seen_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    revoked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    revoked_by_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("devices_pkey", x => x.id);
                    table.CheckConstraint("check_devices_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND last_seen_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND revoked_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "devices_revoked_by_id_fkey",
                        column: x => x.revoked_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "devices_user_id_fkey",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "refresh_tokens",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    token = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    family_id = table.Column<Guid>(type: "uuid", nullable: false),
                    used_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("refresh_tokens_pkey", x => x.id);
                    table.UniqueConstraint("refresh_tokens_token_key", x => x.token);
                    table.CheckConstraint("check_refresh_tokens_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND expires_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND used_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "refresh_tokens_user_id_fkey",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "service_accounts",
                columns: table => new
                {
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key_digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    created_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    last_used_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("service_accounts_pkey", x => x.user_id);
                    table.UniqueConstraint("service_accounts_key_digest_key", x => x.key_digest);
                    table.CheckConstraint("check_service_accounts_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND expires_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND last_used_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND revoked_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "service_accounts_created_by_id_fkey",
                        column: x => x.created_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "service_accounts_user_id_fkey",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    title = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    customer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false, defaultValue: "NOT_STARTED"),
                    start_date = table.Column<DateOnly>(type: "date", nullable: true),
                    end_date = table.Column<DateOnly>(type: "date", nullable: true),
                    notes = table.Column<string>(type: "text", nullable: true),
                    created_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("jobs_pkey", x => x.id);
                    table.CheckConstraint("check_job_dates", "start_date IS NULL OR end_date IS NULL OR start_date <= end_date");
                    table.CheckConstraint("check_job_status", "status IN ('NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD')");
                    table.CheckConstraint("check_job_texts", "char_length(description) <= 100000 AND char_length(notes) <= 100000");
                    table.CheckConstraint("check_jobs_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND end_date BETWEEN date '0001-01-01' AND date '9999-12-31' AND start_date BETWEEN date '0001-01-01' AND date '9999-12-31' AND updated_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "jobs_created_by_id_fkey",
                        column: x => x.created_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "jobs_customer_id_fkey",
                        column: x => x.customer_id,
                        principalTable: "customers",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "jobs_updated_by_id_fkey",
                        column: x => x.updated_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "job_assignments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    assigned_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("job_assignments_pkey", x => x.id);
                    table.UniqueConstraint("unique_job_user_assignment", x => new { x.job_id, x.user_id });
                    table.CheckConstraint("check_job_assignments_times", "assigned_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.ForeignKey(
                        name: "job_assignments_job_id_fkey",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "job_assignments_updated_by_id_fkey",
                        column: x => x.updated_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "job_assignments_user_id_fkey",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "job_status_history",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    from_status = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: true),
                    to_status = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: false),
                    changed_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    changed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("job_status_history_pkey", x => x.id);
                    table.CheckConstraint("check_from_status", "from_status IN ('NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD')");
                    table.CheckConstraint("check_job_status_history_times", "changed_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.CheckConstraint("check_to_status", "to_status IN ('NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD')");
                    table.ForeignKey(
                        name: "job_status_history_changed_by_id_fkey",
                        column: x => x.changed_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "job_status_history_job_id_fkey",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "materials",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    item_name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    quantity = table.Column<decimal>(type: "numeric(10,2)", precision: 10, scale: 2, nullable: false, defaultValue: 1m),
                    unit = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, defaultValue: "each"),
                    purchased = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    notes = table.Column<string>(type: "text", nullable: true),
                    added_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    purchased_by_id = table.Column<Guid>(type: "uuid", nullable: true),
                    purchased_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    is_deleted = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    created_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    updated_by_id = table.Column<Guid>(type: "uuid", nullable: false),
                    change_xid = table.Column<ulong>(type: "xid8", nullable: false, defaultValueSql: "pg_current_xact_id()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("materials_pkey", x => x.id);
                    table.CheckConstraint("check_material_texts", "char_length(notes) <= 100000");
                    table.CheckConstraint("check_materials_times", "created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND purchased_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999' AND updated_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'");
                    table.CheckConstraint("check_purchase_consistency", "(purchased = false AND purchased_by_id IS NULL AND purchased_at IS NULL) OR (purchased = true AND purchased_by_id IS NOT NULL AND purchased_at IS NOT NULL)");
                    table.CheckConstraint("check_quantity_positive", "quantity > 0 AND quantity <> 'NaN'");
                    table.ForeignKey(
                        name: "materials_added_by_id_fkey",
                        column: x => x.added_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "materials_job_id_fkey",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "materials_purchased_by_id_fkey",
                        column: x => x.purchased_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "materials_updated_by_id_fkey",
                        column: x => x.updated_by_id,
                        principalTable: "users",
                        principalColumn: "id");
                });

            migrationBuilder.CreateIndex(
                name: "idx_customers_active",
                table: "customers",
                columns: new[] { "is_archived", "updated_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "idx_customers_change",
                table: "customers",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_customers_name",
                table: "customers",
                column: "name");

            migrationBuilder.CreateIndex(
                name: "idx_customers_updated",
                table: "customers",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_devices_user",
                table: "devices",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "idx_assignments_change",
                table: "job_assignments",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_assignments_date",
                table: "job_assignments",
                columns: new[] { "assigned_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_assignments_job",
                table: "job_assignments",
                column: "job_id");

            migrationBuilder.CreateIndex(
                name: "idx_assignments_user",
                table: "job_assignments",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "idx_status_history_change",
                table: "job_status_history",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_status_history_changed",
                table: "job_status_history",
                columns: new[] { "changed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_status_history_job",
                table: "job_status_history",
                columns: new[] { "job_id", "changed_at" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "idx_jobs_active",
                table: "jobs",
                columns: new[] { "updated_at", "id" },
                filter: "status <> 'COMPLETED'");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_change",
                table: "jobs",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_created_by",
                table: "jobs",
                column: "created_by_id");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_customer",
                table: "jobs",
                column: "customer_id");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_dates",
                table: "jobs",
                columns: new[] { "start_date", "end_date" },
                filter: "status = 'IN_PROGRESS'");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_status",
                table: "jobs",
                column: "status",
                filter: "status <> 'COMPLETED'");

            migrationBuilder.CreateIndex(
                name: "idx_jobs_updated",
                table: "jobs",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_materials_change",
                table: "materials",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_materials_job",
                table: "materials",
                column: "job_id");

            migrationBuilder.CreateIndex(
                name: "idx_materials_purchased",
                table: "materials",
                columns: new[] { "job_id", "purchased", "created_at", "id" },
                filter: "is_deleted = false");

            migrationBuilder.CreateIndex(
                name: "idx_materials_updated",
                table: "materials",
                columns: new[] { "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_refresh_tokens_expires",
                table: "refresh_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "idx_refresh_tokens_family",
                table: "refresh_tokens",
                column: "family_id");

            migrationBuilder.CreateIndex(
                name: "idx_refresh_tokens_user",
                table: "refresh_tokens",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "idx_tombstones_change",
                table: "tombstones",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_tombstones_deleted",
                table: "tombstones",
                columns: new[] { "deleted_at", "id" });

            migrationBuilder.CreateIndex(
                name: "idx_tombstones_entity",
                table: "tombstones",
                column: "entity_id");

            migrationBuilder.CreateIndex(
                name: "idx_users_change",
                table: "users",
                column: "change_xid");

            migrationBuilder.CreateIndex(
                name: "idx_users_role",
                table: "users",
                column: "role",
                filter: "is_active = true");

            migrationBuilder.CreateIndex(
                name: "idx_users_updated",
                table: "users",
                columns: new[] { "updated_at", "id" });

            // What EF Core has no word for: partitions, triggers, functions, expression indexes.
            migrationBuilder.SqlFiles("V1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Migrations roll forward; restore a backup to go back.");
    }
}
