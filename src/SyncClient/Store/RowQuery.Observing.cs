using Google.Protobuf;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <content>What can change the answer of a query.</content>
internal sealed partial class RowQuery<T>
    where T : class, IMessage<T>, new()
{
    /// <summary>With more changes than this in one look, asking anew is cheaper than asking about each.</summary>
    private const int MaxProbes = 32;

    private readonly List<EntityType> _otherTypes = [];

    /// <summary>The conditions look at rows of another kind too: any change of one may change the answer.</summary>
    public RowQuery<T> DependsOn(EntityType type)
    {
        _otherTypes.Add(type);
        return this;
    }

    public StoreQuery<RowPage<T>> ToStoreQuery() => new(Run, IsConcerned, IsSame, new([], null));

    /// <summary>The same for all rows of a short list.</summary>
    public StoreQuery<IReadOnlyList<T>> ToListQuery()
    {
        WithoutLimit();
        return new(
            connection => Run(connection).Items,
            (connection, items, changes) => IsConcerned(connection, new(items, null), changes),
            (left, right) => left.SequenceEqual(right),
            []);
    }

    /// <summary>Whether changes can have brought a row into a page, changed one in it, or taken one out.</summary>
    public bool IsConcerned(StoreConnection connection, RowPage<T> page, StoreChanges changes)
    {
        var probes = 0;
        foreach (var change in changes.Rows)
        {
            if (_otherTypes.Contains(change.EntityType))
                return true;
            if (change.EntityType != table.Type)
                continue;
            if (++probes > MaxProbes || IsOn(page, change.Id) || Matches(connection, RowId.Parse(change.Id)))
                return true;
        }

        return false;
    }

    private static bool IsSame(RowPage<T> left, RowPage<T> right) =>
        left.NextPageToken == right.NextPageToken && left.Items.SequenceEqual(right.Items);

    private bool IsOn(RowPage<T> page, string id) => page.Items.Any(item => table.TypedKind.GetId(item) == id);

    private bool Matches(StoreConnection connection, RowId id)
    {
        var statement = connection.Prepare(
            $"SELECT coalesce(local, server) FROM {table.Name} WHERE {string.Join(" AND ", _conditions)} AND id = ?{_values.Count + 1}");
        BindValues(statement);
        var isMatch = statement.Bind(_values.Count + 1, id).Step() && table.IsFound(table.ParseRow(statement.Blob(0)), _search);
        statement.Reset();
        return isMatch;
    }
}
