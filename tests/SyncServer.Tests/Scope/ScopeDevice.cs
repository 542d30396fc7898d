using Grpc.Core;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// A device that holds every message of its raw stream against the states it can have been read from, and at each
/// checkpoint what it would show against the one state it then holds.
/// </summary>
internal sealed class ScopeDevice(RunningServer server, ScopeHistory history, Guid userId, Metadata credentials) : IDisposable
{
    private readonly Hello _hello = StreamExtensions.NewHello();
    private readonly List<SyncStreamResponse> _unchecked = [];
    private AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>? _call;
    private int _oldestState;

    public Guid UserId => userId;

    public ShownRows Rows { get; } = new();

    public bool IsConnected => _call is not null;

    public async Task ConnectAsync()
    {
        // Nothing is read for a device that is away: what it is sent is what is allowed from now on.
        _oldestState = history.Latest;
        _call = server.OpenStream(credentials);
        await _call.SendAsync(new() { Hello = _hello });
    }

    public void Disconnect()
    {
        CheckPages(history.Latest);
        Dispose();
    }

    /// <summary>Pushes an operation and reads up to its result.</summary>
    public async Task PushAsync(Operation operation)
    {
        operation.ClientSeq = _hello.NextClientSeq++;
        await _call!.SendAsync(new() { PushBatch = new PushBatch { Operations = { operation } } });
        // What comes before the result may show what the push has made already, and is looked at when that is noted.
        List<SyncStreamResponse> messages = [];
        do
            messages.Add(await _call!.NextAsync());
        while (messages[^1].PushResult is null);
        await history.NotePushAsync();
        foreach (var message in messages)
            Handle(message);
    }

    /// <summary>Reads until a checkpoint shows the latest state.</summary>
    public async Task ReadToLatestAsync()
    {
        while (await ReadAsync() is not { Delta.Checkpoint: true } || history.StateOf(Rows) < history.Latest)
        {
        }
    }

    /// <summary>Reads a message, whatever it is, and checks it.</summary>
    public async Task<SyncStreamResponse> ReadAsync()
    {
        var message = await _call!.NextAsync();
        Handle(message);
        return message;
    }

    /// <summary>Asserts that a message carries rows of the scope only.</summary>
    internal static void CheckMessage(SyncStreamResponse message, Guid userId, IReadOnlyList<PolicyScope> states)
    {
        var rows = message.Delta?.Changes.Select(change => change.Entity) ?? message.PushResult?.Results.Select(result => result.Entity);
        foreach (var entity in (rows ?? []).OfType<Entity>())
        {
            var kind = EntityKinds.Of(entity)!;
            Assert.Contains(states, state => state.Rows[userId].Contains((kind.Type, kind.GetId(entity))));
            if (entity.User is { } user && user.Id != $"{userId}" && !states.Any(state => state.Owners.Contains(userId)))
                Assert.Equal(("", null), (user.Email, user.LastLoginAt));
        }
    }

    public void Dispose()
    {
        _unchecked.Clear();
        _call?.Dispose();
        _call = null;
    }

    private void Handle(SyncStreamResponse message)
    {
        _unchecked.Add(message);
        Rows.Apply(message);
        if (message.Delta is not { } delta)
            return;
        _hello.Cursor = delta.Cursor;
        if (delta.Checkpoint)
            CheckCheckpoint(message);
    }

    private void CheckCheckpoint(SyncStreamResponse message)
    {
        var state = history.StateOf(Rows);
        var scopes = history.Between(state, state);
        Assert.True(
            scopes.Any(scope => scope.Rows[userId].SetEquals(Rows.Keys)),
            $"At state {state} the device shows too much: [{string.Join(", ", Rows.Keys.Except(scopes[^1].Rows[userId]))}], "
                + $"and lacks: [{string.Join(", ", scopes[^1].Rows[userId].Except(Rows.Keys))}]");
        _unchecked.Remove(message);
        CheckMessage(message, userId, scopes);
        CheckPages(state);
        _oldestState = state;
    }

    // A page of a window is of a state between two checkpoints; the result of a push, of one between it and its answer.
    private void CheckPages(int latestState)
    {
        foreach (var message in _unchecked)
            CheckMessage(message, userId, history.Between(_oldestState, message.PushResult is null ? latestState : history.Latest));
        _unchecked.Clear();
    }
}
