using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// The states that the database went through, with what the policy allowed in each. A user whom everybody sees is named
/// after the state, in the transaction that makes it: so a device at a checkpoint knows which state it holds. A push cannot
/// do that: its state follows under the same name.
/// </summary>
internal sealed class ScopeHistory(RunningServer server, Guid marker)
{
    private readonly List<List<PolicyScope>> _states = [];

    public int Latest => _states.Count - 1;

    public PolicyScope Now => _states[^1][^1];

    /// <summary>Runs SQL as one transaction that makes the next state.</summary>
    public async Task RunAsync(string sql)
    {
        await server.RunAsync($"BEGIN; {sql}; UPDATE users SET name = 'state {_states.Count}' WHERE id = '{marker}'; COMMIT");
        _states.Add([await PolicyScope.ReadAsync(server)]);
    }

    /// <summary>Notes what a push has made of the latest state.</summary>
    public async Task NotePushAsync() => _states[^1].Add(await PolicyScope.ReadAsync(server));

    /// <summary>The state that a device holds, by the name of the marker.</summary>
    public int StateOf(IReadOnlyDictionary<(EntityType Type, string Id), Entity> rows)
    {
        Assert.True(rows.TryGetValue((EntityType.User, $"{marker}"), out var row), "a checkpoint without the marker");
        return int.Parse(row.User.Name.AsSpan("state ".Length), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The scopes of all states from one to another, both included.</summary>
    public IReadOnlyList<PolicyScope> Between(int first, int last) =>
        [.. _states[first..(last + 1)].SelectMany(state => state)];
}
