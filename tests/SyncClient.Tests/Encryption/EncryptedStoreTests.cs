using System.Diagnostics;
using System.Text;
using KhsCrm.SyncClient.Tests.Kit;

namespace KhsCrm.SyncClient.Tests.Encryption;

/// <summary>
/// The recipe of the library's README, with SQLCipher, in processes of their own: which build of SQLite is used is decided once
/// a process.
/// </summary>
public sealed class EncryptedStoreTests
{
    // Keys as they are, not passphrases.
    private static readonly string Key = $"x'{new string('a', 64)}'";
    private static readonly string AnotherKey = $"x'{new string('b', 64)}'";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_is_readable_with_its_key_only_and_is_erased_by_destroying_the_key()
    {
        var library = await SqlCipher.FindAsync(Ct);
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        var syncing = RunAsync(library, "sync", folder.Path, Key, server.Address);
        var stream = await server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0, [.. Enumerable.Range(0, 500).Select(_ => Rows.Saved(Rows.Customer("Ada Confidential")))]));
        await stream.ReadUntilGoneAsync(); // A process that ends may reset it.
        stream.End();

        Assert.Equal("found 500", await syncing);
        Assert.Equal("found 500", await RunAsync(library, "read", folder.Path, Key));
        Assert.DoesNotContain("Confidential", FolderText(folder.Path), StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite format", FolderText(folder.Path), StringComparison.Ordinal);
        // Whoever has the folder and not the key has nothing; so it is erased once the key is.
        Assert.Equal("refused EncryptionKeyUnusable", await RunAsync(library, "read", folder.Path, AnotherKey));
        Assert.Equal("refused EncryptionKeyUnusable", await RunAsync(library, "read", folder.Path, ""));
    }

    private static async Task<string> RunAsync(string library, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "KhsCrm.EncryptedDevice.dll"), library }.Concat(arguments))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        // SQLCipher writes its log beside the answer.
        return process.ExitCode == 0 ? output.Trim() : output + await errors;
    }

    private static string FolderText(string folder) =>
        string.Concat(Directory.EnumerateFiles(folder).Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
}
