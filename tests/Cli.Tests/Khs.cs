using System.Text.Json.Nodes;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>Runs khs in this process on a folder of its own.</summary>
internal sealed class Khs : IDisposable
{
    public const string UserId = "01900000-0000-7000-8000-000000000001";

    private readonly string _folder = Directory.CreateTempSubdirectory("khs-test-").FullName;

    /// <summary>The device's data.</summary>
    public string Folder => _folder;

    /// <summary>What a command printed, and what it ended with.</summary>
    public sealed record Answer(int ExitCode, string Output, string Error)
    {
        public JsonNode Json => JsonNode.Parse(Output)!;
    }

    /// <summary>The columns of the terminal that commands think they run on; null for a pipe.</summary>
    public int? Width { get; init; }

    /// <summary>Whether that terminal has colours.</summary>
    public bool HasColor { get; init; }

    /// <summary>Where answers go; null for a string of each command.</summary>
    public StringWriter? Output { get; init; }

    public async Task<Answer> RunAsync(params string[] args)
    {
        using StringWriter own = new(), error = new();
        var output = Output ?? own;
        var terminal = new Terminal(new StringReader("secret\n"), output, error) { Width = Width, HasColor = HasColor };
        var exitCode = await KhsApp.RunAsync(args is [['[', ..], ..] || args.Contains("--data") ? args : ["--data", _folder, .. args], terminal);
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<JsonNode> JsonAsync(params string[] args)
    {
        var answer = await RunAsync([.. args, "--json"]);
        Assert.Equal(("", ExitCode.Ok), (answer.Error, answer.ExitCode));
        return answer.Json;
    }

    /// <summary>Runs a command that must succeed, and gives what it printed.</summary>
    public async Task<string> TextAsync(params string[] args)
    {
        var answer = await RunAsync(args);
        Assert.True(answer.ExitCode == ExitCode.Ok, $"khs {string.Join(' ', args)}: {answer.ExitCode} {answer.Error}");
        return answer.Output;
    }

    /// <summary>Runs a command that must fail: with a line on stderr that says why, nothing on stdout, and no stack.</summary>
    public async Task AssertFailsAsync(int exitCode, string sentence, params string[] args)
    {
        var answer = await RunAsync(args);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
        Assert.Equal((exitCode, ""), (answer.ExitCode, answer.Output));
        Assert.DoesNotContain("   at ", answer.Error, StringComparison.Ordinal);
    }

    /// <summary>Signs a user in as if the server had, and stores rows as if it had sent them.</summary>
    public Task SignInAsync(Role role = Role.Owner, params Entity[] rows) => WriteAsync(
        transaction =>
        {
            var user = new User { Id = UserId, Name = "Olga", Email = "olga@example.com", Role = role, IsActive = true };
            (DeviceState.New(Guid.CreateVersion7()) with { OwnerId = user.Id, ServerAddress = "http://127.0.0.1:1" })
                .Write(transaction.Connection);
            new SessionState(user, new Tokens { AccessToken = "access" }, false).Write(transaction.Connection);
            Apply(transaction, [new Entity { User = user }, .. rows]);
        });

    /// <summary>Stores rows as if the server had sent them.</summary>
    public Task ReceiveAsync(params Entity[] rows) => WriteAsync(transaction => Apply(transaction, rows));

    /// <summary>Records the answer of a server to the oldest edit that waits, which this gives a number as if it was sent.</summary>
    public Task AnswerAsync(OperationResult result) => WriteAsync(transaction =>
    {
        var entry = OutboxTable.List(transaction.Connection, OutboxState.Queued, 0, 1)[0];
        OutboxTable.SetState(transaction.Connection, entry.Position, OutboxState.Sent);
        result.OperationId = entry.Operation.Id;
        ResultRecorder.Record(transaction, result);
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Apply(WriteTransaction transaction, Entity[] rows)
    {
        var delta = new Delta { Checkpoint = true };
        delta.Changes.AddRange(rows.Select(row => new Change { Entity = row }));
        DeltaApplier.Apply(transaction, delta, DateTimeOffset.UnixEpoch);
    }

    private async Task WriteAsync(Action<WriteTransaction> write)
    {
        using var store = LocalStore.Open(new StoreFolder(_folder), null, TimeSpan.FromSeconds(30));
        await store.WriteAsync(write, TestContext.Current.CancellationToken);
    }
}
