using System.Text;
using KhsCrm.Cli.Errors;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>What a person is told whose store is damaged, and what is left after the command that they are told to type.</summary>
public sealed class RescueTests
{
    private const int PageSize = 4096;

    [Fact]
    public async Task A_damaged_store_is_told_and_the_edits_that_were_not_sent_are_saved()
    {
        using var khs = new Khs();
        await khs.SignInAsync(
            Role.Owner, [.. Enumerable.Range(0, 2_000).Select(_ => new Entity { Customer = new() { Id = $"{Guid.CreateVersion7()}", Name = "From the server", Address = "Here" } })]);
        await khs.TextAsync("customers", "add", "--name", "Ada", "--address", "12 Mill Lane");
        Damage(Path.Combine(khs.Folder, "khscrm.db"), "From the server");

        var broken = await khs.RunAsync("customers", "list");
        var rescue = await khs.TextAsync("rescue");

        Assert.Equal(ExitCode.Failed, broken.ExitCode);
        Assert.EndsWith("Next: khs rescue", broken.Error.Trim(), StringComparison.Ordinal);
        Assert.StartsWith("Saved 1 edit. The damaged file is ", rescue, StringComparison.Ordinal);
        Assert.EndsWith("Next: khs sync", rescue.Trim(), StringComparison.Ordinal);
        Assert.Contains("add customer Ada", await khs.TextAsync("outbox", "list"), StringComparison.Ordinal);
        Assert.Contains("Ada", await khs.TextAsync("customers", "list"), StringComparison.Ordinal);
    }

    private static void Damage(string file, string text)
    {
        var bytes = File.ReadAllBytes(file);
        var hits = 0;
        for (var at = 0; at < bytes.Length; at += PageSize)
        {
            if (!Encoding.Latin1.GetString(bytes, at, PageSize).Contains(text, StringComparison.Ordinal))
                continue;
            Array.Fill(bytes, (byte)0xFF, at, PageSize);
            hits++;
        }

        Assert.NotEqual(0, hits);
        File.WriteAllBytes(file, bytes);
    }
}
