using System.Globalization;
using KhsCrm.Cli.Output;
using KhsCrm.V1;
using Spectre.Console;

namespace KhsCrm.Cli.Operations;

/// <summary>Measurements of the server for people: what matters first, the rest is in the JSON.</summary>
internal static class HealthText
{
    private const int MaxRows = 5;

    public static void Print(Printer printer, SyncStatus status)
    {
        PrintFields(printer, status);
        PrintVersions(printer, status);
    }

    private static void PrintFields(Printer printer, SyncStatus status) => printer.Fields(
        ("Server", status.ServerName),
        ("Streams", $"{status.OpenStreams} open, {status.CatchingUpStreams} catching up"),
        ("Changes", status.Pump is { } pump
            ? $"read {Sizes.Span(pump.Lag)} ago, {Words.Count(pump.Failures, "failure")} since the start"
            : ""),
        ("Edits", status.Push is { } push
            ? $"{push.WaitingOperations} waiting for {Sizes.Span(push.Lag)}, {push.FinishedOperations:N0} done since the start"
            : ""),
        ("Queue", string.Join(", ", status.Queue.Select(count => $"{count.Count:N0} {count.Status.ToString().ToLowerInvariant()}"))));

    public static void Print(Printer printer, DatabaseHealth health)
    {
        printer.Line("");
        printer.Fields(
            ("PostgreSQL", $"{health.ServerVersion}{(health.IsStandby ? ", a standby" : "")}, since {Words.Time(health.ServerStartedAt)}"),
            ("Size", Sizes.Bytes(health.SizeBytes)),
            ("Cache hits", string.Create(CultureInfo.InvariantCulture, $"{health.CacheHitRatio:P1}")),
            ("Connections", $"{health.Connections.Sum(one => one.Count)} of {health.MaxConnections}, {health.Connections.Sum(one => one.WaitingForLock)} waiting for a lock"),
            ("Oldest transaction", health.OldestTransactionAge is { } age ? Sizes.Span(age) : "none open"),
            ("Deadlocks", health.Deadlocks.ToString("N0", CultureInfo.InvariantCulture)),
            ("Unfrozen age", $"{health.TransactionIdAge:N0} transactions"),
            ("Standbys", string.Join(", ", health.Standbys.Select(one => $"{one.Name} {Sizes.Bytes(one.LagBytes)} behind"))),
            ("WAL archive", Archive(health.WalArchiving)),
            ("Not measured", new Cell(string.Join("\n", health.Gaps.Select(gap => $"{gap.Source}: {gap.Message}")), Color.Olive)));
        PrintTables(printer, health);
        PrintQueries(printer, health);
    }

    private static void PrintVersions(Printer printer, SyncStatus status)
    {
        if (status.AppVersions.Count == 0)
            return;
        printer.Line("");
        printer.Table(
            [new("App", IsText: true), new("Devices", IsNumber: true), new("Last seen", IsExtra: true), new("")],
            status.AppVersions.Select(version => (IReadOnlyList<Cell>)
            [
                version.AppVersion.Length > 0 ? version.AppVersion : "(not told)", version.Devices.ToString("N0", CultureInfo.InvariantCulture),
                Words.Time(version.LastSeenAt), version.IsTooOld ? new Cell("too old", Color.Maroon) : "",
            ]));
    }

    private static Cell Archive(WalArchiving? archiving) => archiving switch
    {
        null => "off",
        { LastFailedAt: { } failed } when archiving.LastArchivedAt is null || failed.ToDateTime() > archiving.LastArchivedAt.ToDateTime() =>
            new Cell($"stands still since {Words.Time(failed)}", Color.Maroon),
        _ => $"last {Words.Time(archiving.LastArchivedAt)}",
    };

    private static void PrintTables(Printer printer, DatabaseHealth health)
    {
        if (health.Tables.Count == 0)
            return;
        printer.Line("");
        printer.Table(
            [new("Table", IsText: true), new("Rows", IsNumber: true), new("Dead", IsNumber: true), new("Size", IsNumber: true), new("Indexes", IsNumber: true), new("Vacuumed", IsExtra: true)],
            health.Tables.Take(MaxRows).Select(table => (IReadOnlyList<Cell>)
            [
                table.Name, table.LiveRows.ToString("N0", CultureInfo.InvariantCulture), table.DeadRows.ToString("N0", CultureInfo.InvariantCulture),
                Sizes.Bytes(table.TableBytes), Sizes.Bytes(table.IndexBytes), table.LastVacuumAt is null ? "never" : Words.Time(table.LastVacuumAt),
            ]));
    }

    private static void PrintQueries(Printer printer, DatabaseHealth health)
    {
        if (health.SlowQueries.Count == 0)
            return;
        printer.Line("");
        printer.Table(
            [new("Calls", IsNumber: true), new("Total", IsNumber: true), new("Mean", IsNumber: true), new("Slowest", IsNumber: true), new("Statement", IsText: true)],
            health.SlowQueries.Take(MaxRows).Select(query => (IReadOnlyList<Cell>)
            [
                query.Calls.ToString("N0", CultureInfo.InvariantCulture), Sizes.Span(query.TotalTime), Sizes.Span(query.MeanTime),
                Sizes.Span(query.MaxTime), query.Query.Length > 120 ? query.Query[..119] + "…" : query.Query,
            ]));
    }
}
