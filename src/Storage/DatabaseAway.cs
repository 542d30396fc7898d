using System.Net.Sockets;
using Npgsql;

namespace KhsCrm.Storage;

/// <summary>
/// The one classification of "the database is away": nothing is wrong with what was asked, the database just cannot do it
/// now. Loops, jobs, calls and the health check all ask here.
/// </summary>
public static class DatabaseAway
{
    /// <summary>
    /// Whether the failure says that the database cannot answer now: the connection was lost or not made, the server starts,
    /// stops, is full or read-only, a statement was cancelled by somebody else, or a pooler answered in its place. A deadlock
    /// or a row that is refused is no such failure.
    /// </summary>
    /// <param name="exception">What was thrown; what it wraps is asked too.</param>
    public static bool IsAway(Exception exception) => exception switch
    {
        // Wraps 57014 when our own token was cancelled.
        OperationCanceledException => false,
        PostgresException refused => IsAway(refused.SqlState),
        NpgsqlException or SocketException or TimeoutException => true,
        AggregateException many => many.InnerExceptions.Any(IsAway),
        { InnerException: { } inner } => IsAway(inner),
        _ => false,
    };

    /// <summary>
    /// Whether only new connections can do better: those that are open lead to a server that takes no writes (a standby, or a
    /// primary that was demoted), or miss a statement that they were to have prepared.
    /// </summary>
    /// <param name="exception">What was thrown; what it wraps is asked too.</param>
    public static bool NeedsNewConnections(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InvalidSqlStatementName,
        { InnerException: { } inner } => NeedsNewConnections(inner),
        _ => false,
    };

    private static bool IsAway(string state) => state switch
    {
        // Of a role's statement_timeout, or of an administrator.
        PostgresErrorCodes.QueryCanceled => true,
        PostgresErrorCodes.ReadOnlySqlTransaction => true,
        // An error amid the rows of a statement keeps those behind it in the batch from being prepared, and Npgsql does not notice.
        PostgresErrorCodes.InvalidSqlStatementName => true,
        // The server ended the session: idle_in_transaction_session_timeout, transaction_timeout.
        "25P03" or "25P04" => true,
        PostgresErrorCodes.InvalidCatalogName => true,
        PostgresErrorCodes.SystemError or PostgresErrorCodes.IoError => true,
        // Connections (a pooler answers 08P01), sign-in, resources (too many clients, disk full), starting or stopping.
        _ => state is ['0', '8', ..] or ['2', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..],
    };
}
