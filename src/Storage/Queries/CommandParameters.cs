using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Queries;

/// <summary>Adds positional parameters while the text is being written.</summary>
internal static class CommandParameters
{
    /// <summary>Adds a value and returns its placeholder.</summary>
    public static string Add<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return $"${command.Parameters.Count}";
    }

    /// <summary>Adds a day, or no day, and returns its placeholder.</summary>
    public static string AddDay(this NpgsqlCommand command, DateOnly? day)
    {
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = day is { } value ? Tables.SqlDay.Of(value) : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Date,
        });
        return $"${command.Parameters.Count}";
    }

    /// <summary>The statuses in their SQL spelling as a placeholder.</summary>
    public static string AddStatuses(this NpgsqlCommand command, IEnumerable<V1.JobStatus> statuses) =>
        command.Add(statuses.Select(Tables.EnumText.Of).ToArray());
}
