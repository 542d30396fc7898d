using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The SQL that reads a window: what changed after a snapshot, up to another when the window is read in pages, of what
/// the user may see. One statement merges the keys of all tables and cuts the page by rows and by bytes; the others bring
/// the rows of those keys, so that nothing is read that is not sent. For a worker a row is in the window when it changed,
/// or when the assignment that brings it did: that is how a gained job comes with its whole subtree, however old.
/// </summary>
internal sealed partial class WindowQuery(WindowRange range, DeltaOptions options)
{
    // About what the ids and times of a tombstone or a withdrawal take in a delta.
    private const int SmallChange = 80;

    private const string Keep = "set_config('khscrm.page_' || rank, found::text, true) IS NULL";

    private readonly bool _isWorker = range.Scope.Role != Role.Owner;

    /// <summary>The window of a device that has nothing: the whole scope.</summary>
    public static WindowQuery OfEverything(CursorScope scope, KindSet kinds, DeltaOptions options) =>
        new(new WindowRange(scope, kinds, null), options);

    /// <summary>Whether a row of the table, under the alias <c>t</c>, is in the window.</summary>
    public string IsInScope(EntityTable table, NpgsqlBatchCommand command) => IsInScopeAndChanged(table, command);

    // What was withdrawn comes before all times: once a page has passed it, it is behind.
    private bool HasWithdrawals =>
        _isWorker && range.Base is not null && (range.Last is not { } key || key.Time == DateTime.MinValue);

    /// <summary>Whether the window may hold tombstones: a device that has nothing has nothing to lose.</summary>
    public bool HasTombstones => range.Starts.Count > 0;

    /// <summary>Whether all there is is read: the rows behind the last one are a stretch of an index, whatever is in them.</summary>
    public bool IsStretch => !HasTombstones && !_isWorker;

    /// <summary>
    /// The page: for each table its rank, whether more may follow the page, and the ids of what was withdrawn. Which rows are on
    /// the page stays with the transaction, for <see cref="Rows"/> and <see cref="Tombstones"/>: their ids, or how many they are.
    /// </summary>
    public NpgsqlBatchCommand Keys(IEnumerable<EntityTable> tables)
    {
        var command = new NpgsqlBatchCommand();
        List<string> parts = [.. tables.Select(table => TableKeys(table, command))];
        parts.AddRange(range.Starts.Select(start => TombstoneKeys(start.Start, start.Kinds, command)));
        if (HasWithdrawals)
            parts.AddRange(WithdrawnJobs(command), WithdrawnCustomers(command));
        // Who asks for nothing but what is the owner's, or what is not known here, gets nothing.
        if (parts.Count == 0)
            parts.Add("SELECT 0 AS rank, now() AS at, NULL::uuid AS id, 0 AS bytes WHERE false");
        command.CommandText = IsStretch ? Counts(parts, command) : Ids(parts, command);
        return command;
    }

    /// <summary>The rows of the page of one table, in their order: <see cref="EntityTable.SelectList"/>, the id first.</summary>
    public NpgsqlBatchCommand Rows(EntityTable table)
    {
        var command = new NpgsqlBatchCommand();
        var rank = TableRank.Of(table.Kind.Type);
        var rows = IsStretch
            ? $"{IsInTablePage(table, command)} ORDER BY t.{table.TimeColumn}, t.id LIMIT coalesce({OfPage(rank)}::int, 0)"
            : IsOnPage(rank);
        command.CommandText = $"SELECT {table.SelectList} FROM {table.Name} t WHERE {rows}";
        return command;
    }

    /// <summary>The tombstones of the page: id, entity type, entity id, time.</summary>
    public static NpgsqlBatchCommand Tombstones() =>
        new($"SELECT t.id, t.entity_type, t.entity_id, t.deleted_at FROM tombstones t WHERE {IsOnPage(TableRank.Tombstones)}");

    /// <summary>How many rows of one table are in the whole window.</summary>
    public NpgsqlBatchCommand Count(EntityTable table)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"SELECT count(*) FROM {table.Name} t WHERE {IsInScopeAndChanged(table, command)}";
        return command;
    }

    private string Ids(List<string> parts, NpgsqlBatchCommand command)
    {
        var size = Add(command, options.PageSize, NpgsqlDbType.Integer);
        return $"""
            WITH keys AS (
                SELECT * FROM ({Union(parts)}) k ORDER BY at, id, rank LIMIT {size} + 1
            ), page AS (
                SELECT rank, id, row_number() OVER w <= {size}
                    AND sum(bytes) OVER w - bytes < {Add(command, options.PageBytes, NpgsqlDbType.Integer)} AS fits
                FROM keys WINDOW w AS (ORDER BY at, id, rank ROWS UNBOUNDED PRECEDING)
            ), cut AS (
                SELECT rank, array_agg(id) FILTER (WHERE fits) AS found, bool_or(NOT fits) AS is_cut FROM page GROUP BY rank
            )
            SELECT rank, is_cut, CASE WHEN rank < 0 THEN found END, CASE WHEN rank >= 0 THEN {Keep} END
            FROM cut
            """;
    }

    // A window function costs as much as all else here, so the keys pass through one, in a second reading, only when their
    // bytes are too many. A full page is taken to be cut: there may turn out to be nothing behind it.
    private string Counts(List<string> parts, NpgsqlBatchCommand command)
    {
        var size = Add(command, options.PageSize, NpgsqlDbType.Integer);
        var bytes = Add(command, options.PageBytes, NpgsqlDbType.Integer);
        return $"""
            WITH keys AS NOT MATERIALIZED (
                SELECT * FROM ({Union(parts)}) k ORDER BY at, id, rank LIMIT {size}
            ), ranks AS MATERIALIZED (
                SELECT rank, count(*) AS found, sum(bytes) AS bytes FROM keys GROUP BY rank
            ), page AS (
                SELECT rank, sum(bytes) OVER w - bytes < {bytes} AS fits FROM keys
                WHERE (SELECT sum(bytes) FROM ranks) > {bytes}
                WINDOW w AS (ORDER BY at, id, rank ROWS UNBOUNDED PRECEDING)
            ), cut AS (
                SELECT rank, found, (SELECT sum(found) FROM ranks) = {size} AS is_cut FROM ranks
                WHERE (SELECT sum(bytes) FROM ranks) <= {bytes}
                UNION ALL
                SELECT rank, count(*) FILTER (WHERE fits), bool_or(NOT fits) OR (SELECT sum(found) FROM ranks) = {size} FROM page GROUP BY rank
            )
            SELECT rank, is_cut, NULL::uuid[], {Keep} FROM cut
            """;
    }

    private static string Union(List<string> parts) => string.Join("\nUNION ALL ", parts);

    private static string IsOnPage(int rank) => $"t.id = ANY({OfPage(rank)}::uuid[])";

    private static string OfPage(int rank) => $"nullif(current_setting('khscrm.page_{rank}', true), '')";

    private string TableKeys(EntityTable table, NpgsqlBatchCommand command) => Part(
        TableRank.Of(table.Kind.Type),
        $"t.{table.TimeColumn}",
        "t.id",
        table.SizeExpression,
        $"{table.Name} t WHERE {IsInTablePage(table, command)}",
        command);

    private string IsInTablePage(EntityTable table, NpgsqlBatchCommand command) =>
        IsInScopeAndChanged(table, command)
        + $" AND {IsInPage($"t.{table.TimeColumn}", "t.id", TableRank.Of(table.Kind.Type), command)}";

    private string Part(int rank, string at, string id, string bytes, string from, NpgsqlBatchCommand command) => $"""
        (SELECT {rank} AS rank, {at} AS at, {id} AS id, {bytes} AS bytes FROM {from}
        ORDER BY 2, 3 LIMIT {Add(command, options.PageSize, NpgsqlDbType.Integer)} + 1)
        """;

    private string IsInPage(string at, string id, int rank, NpgsqlBatchCommand command) => range.Target is null
        ? "true"
        : $"""
            {IsInTarget("t", command)}
                AND {IsBehind(at, id, rank, command)}
            """;

    private string IsBehind(string at, string id, int rank, NpgsqlBatchCommand command)
    {
        if (range.Last is not { } key)
            return "true";
        var isAfter = rank > key.Table ? ">=" : ">";
        return $"""
            ({at}, {id}) {isAfter} ({Add(command, key.Time, NpgsqlDbType.TimestampTz)}, {Add(command, key.Id, NpgsqlDbType.Uuid)})
            """;
    }

    private string User(NpgsqlBatchCommand command) => Add(command, range.Scope.UserId, NpgsqlDbType.Uuid);

    private static string Add<TValue>(NpgsqlBatchCommand command, TValue value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value, NpgsqlDbType = type });
        return $"${command.Parameters.Count}";
    }
}
