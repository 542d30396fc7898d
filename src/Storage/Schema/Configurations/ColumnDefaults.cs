using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

/// <summary>The column definitions that several tables share.</summary>
internal static class ColumnDefaults
{
    /// <summary>A key that PostgreSQL makes when nobody else did.</summary>
    public static void IsGenerated(this PropertyBuilder<Guid> property) => property.HasDefaultValueSql("gen_random_uuid()");

    /// <summary>
    /// The time of the statement, not of the transaction's start as CURRENT_TIMESTAMP would be (DESIGN §9.3).
    /// </summary>
    public static void IsNow(this PropertyBuilder<DateTime> property) => property.HasDefaultValueSql("clock_timestamp()");

    /// <summary>The writing transaction, which is what deltas are cut by (DESIGN §4).</summary>
    public static void IsChangeXid(this PropertyBuilder<ulong> property) =>
        property.HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()");

    /// <summary>
    /// That texts without a length of their own are no longer than the service lets them be, so that every row fits into
    /// a message of gRPC's default 4 MiB.
    /// </summary>
    public static string AtMost(params (string Column, int Characters)[] texts) => string.Join(
        " AND ", texts.Select(text => $"char_length({text.Column}) <= {text.Characters}"));

    /// <summary>The most characters of notes and descriptions, as in <c>EntityRules</c>.</summary>
    public const int LongText = 100_000;

    /// <summary>One of the five statuses of a job.</summary>
    public const string JobStatuses = "'NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD'";
}
