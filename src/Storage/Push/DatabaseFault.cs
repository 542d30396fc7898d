using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>The one place that says what a PostgreSQL error means.</summary>
public static class DatabaseFault
{
    /// <summary>Whether the same transaction may well succeed when it is run again at once.</summary>
    public static bool IsTransient(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>
    /// Whether the connection is to blame, with what it was to have prepared: a statement that is not there, or a plan whose
    /// columns a migration has changed since.
    /// </summary>
    internal static bool IsOfConnection(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.FeatureNotSupported;

    /// <summary>
    /// Whether a group failed for one of its operations, as far as anybody can tell: everything that does not say otherwise,
    /// a bug of ours and a trigger of a DBA's included.
    /// </summary>
    internal static bool IsOfOperation(Exception exception) =>
        exception is not (OperationCanceledException or ObjectDisposedException)
        && !DatabaseAway.IsAway(exception)
        && exception is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
        && !(exception is PostgresException transient && IsTransient(transient));

    /// <summary>The error that says that the data is at fault, and not the statement or the server; null for any other.</summary>
    internal static PostgresException? FindOfData(Exception exception) =>
        exception is PostgresException { SqlState: ['2', '2' or '3', ..] } refusal ? refusal : null;

    /// <summary>What to tell the device whose operation met the error.</summary>
    internal static Google.Rpc.Status ToStatus(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation =>
            Rejection.Of(ErrorReason.RowExists, $"the {exception.TableName} row repeats one that exists"),
        PostgresErrorCodes.ForeignKeyViolation when exception.Detail?.Contains("still referenced", StringComparison.Ordinal) == true =>
            Rejection.Of(ErrorReason.RowReferenced, $"other rows name this one ({exception.ConstraintName})"),
        PostgresErrorCodes.ForeignKeyViolation => Rejection.Of(
            [new(ForeignKeyColumn(exception), "names a row that does not exist", ErrorReason.ReferenceNotFound)]),
        PostgresErrorCodes.NotNullViolation =>
            Rejection.Of([new(exception.ColumnName ?? "entity", "must be set")]),
        _ => Rejection.Of([new(exception.ColumnName ?? "entity", $"breaks {exception.ConstraintName ?? exception.SqlState}")]),
    };

    // Foreign keys are named table_column_fkey.
    private static string ForeignKeyColumn(PostgresException exception)
    {
        var name = exception.ConstraintName ?? "";
        var table = $"{exception.TableName}_";
        return name.StartsWith(table, StringComparison.Ordinal) && name.EndsWith("_fkey", StringComparison.Ordinal)
            ? name[table.Length..^"_fkey".Length]
            : "entity";
    }
}
