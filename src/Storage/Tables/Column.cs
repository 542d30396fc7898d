using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Tables;

/// <summary>A column of an entity's table and the field of its message that it fills.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="Name">The column.</param>
/// <param name="SqlType">Its type in a cast, such as <c>uuid</c>.</param>
/// <param name="DbType">Its type for Npgsql.</param>
/// <param name="Read">Takes the value, which is not NULL, from a reader.</param>
/// <param name="ToArray">Gathers the values of many rows for <c>unnest</c>; null for a column that only the database writes.</param>
/// <param name="IsInsertOnly">True when no update may write it.</param>
internal sealed record Column<T>(
    string Name,
    string SqlType,
    NpgsqlDbType DbType,
    Action<T, NpgsqlDataReader, int> Read,
    Func<IReadOnlyList<T>, Array>? ToArray,
    bool IsInsertOnly = false);
