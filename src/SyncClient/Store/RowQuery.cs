using System.Globalization;
using Google.Protobuf;
using KhsCrm.SyncClient.Search;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// A query of one table, as it looks with the pending operations on top. Pages continue after a row, not at a number,
/// so a row that appears or leaves meanwhile shifts nothing.
/// </summary>
internal sealed partial class RowQuery<T>(RowTable<T> table)
    where T : class, IMessage<T>, new()
{
    private const int MaxPageSize = 10_000;

    private readonly List<string> _conditions = ["hidden = 0"];
    private readonly List<Action<Statement, int>> _values = [];
    private string _order = "id";
    private bool _isDescending;
    private int _pageSize = MaxPageSize;
    private SearchText? _search;

    /// <summary>Adds a condition without a value.</summary>
    public RowQuery<T> Where(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Adds a condition; <c>$</c> stands for the value.</summary>
    public RowQuery<T> Where(string condition, long value) => Where(condition, (statement, index) => statement.Bind(index, value));

    /// <inheritdoc cref="Where(string, long)"/>
    public RowQuery<T> Where(string condition, string value) => Where(condition, (statement, index) => statement.Bind(index, value));

    /// <inheritdoc cref="Where(string, long)"/>
    public RowQuery<T> Where(string condition, RowId value) => Where(condition, (statement, index) => statement.Bind(index, value));

    /// <summary>Only rows that a search finds; all when nothing was typed.</summary>
    /// <exception cref="KhsCrmException">The search is too long.</exception>
    public RowQuery<T> Search(string? text)
    {
        _search = SearchText.Parse(text);
        return this;
    }

    /// <summary>Only rows with one of these values; no restriction when there are none.</summary>
    public RowQuery<T> WhereIn(string column, IEnumerable<long> values)
    {
        var list = string.Join(", ", values.Select(value => Parameter((statement, index) => statement.Bind(index, value))));
        if (list.Length > 0)
            _conditions.Add($"{column} IN ({list})");
        return this;
    }

    /// <summary>Adds a condition on a row that is named by its id; an id that is none matches nothing.</summary>
    public RowQuery<T> WhereId(string condition, string? id)
    {
        if (id is null)
            return this;
        if (RowId.TryParse(id) is { } rowId)
            return Where(condition, rowId);
        _conditions.Add("FALSE");
        return this;
    }

    public RowQuery<T> OrderBy(string column, bool isDescending = false)
    {
        (_order, _isDescending) = (column, isDescending);
        return this;
    }

    /// <summary>Takes one page.</summary>
    /// <exception cref="ArgumentException">The page size or the token is not valid.</exception>
    public RowQuery<T> Page(int pageSize, string? token)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, MaxPageSize);
        _pageSize = pageSize;
        if (string.IsNullOrEmpty(token))
            return this;
        var (value, id) = ReadToken(token);
        var value1 = Parameter(value is long number
            ? (statement, index) => statement.Bind(index, number)
            : (statement, index) => statement.Bind(index, (string)value));
        var id1 = Parameter((statement, index) => statement.Bind(index, id));
        _conditions.Add($"({_order}, id) {(_isDescending ? "<" : ">")} ({value1}, {id1})");
        return this;
    }

    public RowQuery<T> WithoutLimit()
    {
        _pageSize = int.MaxValue - 1;
        return this;
    }

    public RowPage<T> Run(StoreConnection connection)
    {
        if (_search is { FindsNothing: true })
            return new([], null);
        var row = Begin(connection);
        List<T> items = [];
        string? last = null;
        string? next = null;
        while (row.Step())
        {
            var item = table.ParseRow(row.Blob(0));
            if (!table.IsFound(item, _search))
                continue;
            if (items.Count == _pageSize)
            {
                next = last;
                break;
            }

            items.Add(item);
            if (items.Count == _pageSize)
                last = WriteToken(row);
        }

        row.Reset();
        return new(items, next);
    }

    // A search that finds few rows takes them from its index and sorts them; one that finds many, or has no index yet, walks the
    // rows in their order until a page is full.
    private Statement Begin(StoreConnection connection)
    {
        var isIndexed = _search is not null && SearchIndex.FindsFew(connection, table, _search);
        var search = $"{table.Name}_search";
        var from = isIndexed ? $"{search} CROSS JOIN {table.Name} ON {table.Name}.rowid = {search}.rowid" : table.Name;
        IEnumerable<string> conditions = isIndexed ? [$"{search} MATCH ?{_values.Count + 1}", .. _conditions] : _conditions;
        var direction = _isDescending ? "DESC" : "ASC";
        var limit = _search is null ? $"LIMIT {(_pageSize + 1).ToString(CultureInfo.InvariantCulture)}" : "";
        var row = connection.Prepare($"""
            SELECT coalesce(local, server), id, {_order} FROM {from}
            WHERE {string.Join(" AND ", conditions)} ORDER BY {_order} {direction}, id {direction} {limit}
            """);
        BindValues(row);
        return isIndexed ? row.Bind(_values.Count + 1, _search!.Match) : row;
    }

    private RowQuery<T> Where(string condition, Action<Statement, int> bind)
    {
        _conditions.Add(condition.Replace("$", Parameter(bind), StringComparison.Ordinal));
        return this;
    }

    private void BindValues(Statement statement)
    {
        for (var index = 0; index < _values.Count; index++)
            _values[index](statement, index + 1);
    }

    private string Parameter(Action<Statement, int> bind)
    {
        _values.Add(bind);
        return $"?{_values.Count}";
    }

    // The id, which has 36 characters, the type of the value, and the value that the page was ordered by.
    private static string WriteToken(Statement row)
    {
        var value = row.IsText(2) ? "t" + row.Text(2) : "n" + row.Int64(2).ToString(CultureInfo.InvariantCulture);
        return Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(row.Id(1) + value));
    }

    private static (object Value, RowId Id) ReadToken(string token)
    {
        try
        {
            var text = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(token));
            object value = text[36] == 't' ? text[37..] : long.Parse(text[37..], CultureInfo.InvariantCulture);
            return (value, RowId.Parse(text[..36]));
        }
        catch (Exception exception) when (exception is FormatException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw new ArgumentException("The page token is not one that a list of this device gave.", nameof(token), exception);
        }
    }
}
