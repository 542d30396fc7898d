using System.Text.Json.Nodes;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>Runs khs in this process on a folder of its own.</summary>
internal sealed class Khs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("khs-test-").FullName;

    /// <summary>What a command printed, and what it ended with.</summary>
    public sealed record Answer(int ExitCode, string Output, string Error)
    {
        public JsonNode Json => JsonNode.Parse(Output)!;
    }

    public async Task<Answer> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var exitCode = await KhsApp.RunAsync(["--data", _folder, .. args], new StringReader("secret\n"), output, error);
        return new(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<JsonNode> JsonAsync(params string[] args)
    {
        var answer = await RunAsync([.. args, "--json"]);
        Assert.Equal(("", ExitCode.Ok), (answer.Error, answer.ExitCode));
        return answer.Json;
    }

    /// <summary>Signs a user in as if the server had, and stores rows as if it had sent them.</summary>
    public async Task SignInAsync(Role role = Role.Owner, params Change[] changes)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var user = new User { Id = "01900000-0000-7000-8000-000000000001", Name = "Olga", Role = role, IsActive = true };
        using var store = LocalStore.Open(new StoreFolder(_folder), null, TimeSpan.FromSeconds(30));
        await store.WriteAsync(
            transaction =>
            {
                (DeviceState.New(Guid.CreateVersion7()) with { OwnerId = user.Id, ServerAddress = "http://127.0.0.1:1" })
                    .Write(transaction.Connection);
                new SessionState(user, new Tokens { AccessToken = "access" }, false).Write(transaction.Connection);
                var delta = new Delta { Checkpoint = true, Changes = { new Change { Entity = new() { User = user } } } };
                delta.Changes.AddRange(changes);
                DeltaApplier.Apply(transaction, delta, DateTimeOffset.UnixEpoch);
            },
            cancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
