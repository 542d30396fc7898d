using System.CommandLine;
using System.Diagnostics;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;

namespace KhsCrm.Cli.Tests;

public sealed class HelpTests
{
    [Fact]
    public void Every_command_says_what_it_does_and_every_example_can_be_typed()
    {
        var root = KhsApp.CreateRoot(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null));
        var commands = All(root).ToList();

        Assert.All(commands, command => Assert.False(string.IsNullOrEmpty(command.Description), command.Name));
        foreach (var command in commands.Where(command => command.Action is not null && command.Subcommands.Count == 0))
        {
            var examples = Assert.IsType<KhsCommand>(command).Examples;
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                var parsed = root.Parse(example.Split(" > ")[0].Split(" < ")[0].Split(" >> ")[0]);
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors)}");
                Assert.Same(command, parsed.CommandResult.Command);
            }
        }
    }

    [Fact]
    public async Task The_commands_are_those_that_were_asked_for()
    {
        string[] wanted =
        [
            "login", "logout", "sync", "status",
            "customers list", "customers search", "customers show", "customers add", "customers edit", "customers archive", "customers restore",
            "jobs list", "jobs show", "jobs add", "jobs edit", "jobs status", "jobs assign", "jobs unassign", "jobs delete",
            "materials list", "materials add", "materials edit", "materials buy", "materials unbuy", "materials remove",
            "outbox list", "outbox failed", "outbox retry", "outbox discard", "conflicts list", "conflicts keep-mine", "conflicts keep-theirs", "verify", "queue", "health",
        ];
        using var khs = new Khs();
        foreach (var command in wanted)
        {
            var help = await khs.TextAsync([.. command.Split(' '), "--help"]);
            Assert.Contains($"khs {command}", help[help.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }

        Assert.Contains("Exit codes:", await khs.TextAsync("--help"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("khs cust", "customers")]
    [InlineData("khs jobs status 0190aaaa wait", "waiting-on-materials")]
    [InlineData("khs jobs list --sta", "--status")]
    [InlineData("khs customers ", "--help")]
    public async Task A_shell_is_told_what_may_come_next(string line, string word)
    {
        using var khs = new Khs();
        var answer = await khs.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Contains(word, answer.Output.Split(Environment.NewLine));
        Assert.DoesNotContain('?', answer.Output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    public async Task The_completion_script_is_one_that_its_shell_reads(string shell)
    {
        using var khs = new Khs();
        var script = await khs.TextAsync("completion", shell);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
        if (shell != "bash")
            return; // Every machine that runs the tests has bash; few have zsh.
        using var process = Process.Start(new ProcessStartInfo("bash", ["-n"]) { RedirectStandardInput = true })!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task A_value_behind_an_equals_sign_is_completed_too()
    {
        using var khs = new Khs();
        // What bash sets when Tab is pressed behind "wai"; khs is a function that answers as the program does.
        var script = $$"""
            {{await khs.TextAsync("completion", "bash")}}
            khs() { [ "$1" = '[suggest:26]' ] && [ "$2" = 'khs jobs list --status wai' ] && echo waiting-on-materials; }
            COMP_LINE='khs jobs list --status=wai' COMP_POINT=26 COMP_WORDS=(khs jobs list --status = wai) COMP_CWORD=5
            _khs
            echo "${COMPREPLY[@]}"
            """;
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;

        Assert.Equal("waiting-on-materials", (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
