using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>Runs one measurement, and reads the kinds of values that measurements have.</summary>
internal static class HealthCommand
{
    [SuppressMessage("Security", "CA2100", Justification = "The measurements' own statements.")]
    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, int? limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (limit is { } most)
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<T> values = [];
        while (await rows.ReadAsync(cancellationToken))
            values.Add(read(rows));
        return values;
    }

    public static Timestamp? Time(this NpgsqlDataReader rows, int ordinal) =>
        rows.IsDBNull(ordinal) ? null : Timestamp.FromDateTime(rows.GetDateTime(ordinal));

    /// <summary>A number of seconds; never below 0, though clocks differ.</summary>
    public static Duration? Seconds(this NpgsqlDataReader rows, int ordinal) => rows.IsDBNull(ordinal)
        ? null
        : Duration.FromTimeSpan(TimeSpan.FromSeconds(Math.Max(0, rows.GetDouble(ordinal))));

    public static Duration Milliseconds(this NpgsqlDataReader rows, int ordinal) =>
        Duration.FromTimeSpan(TimeSpan.FromMilliseconds(rows.GetDouble(ordinal)));
}
