using System.CommandLine;
using KhsCrm.Cli.Output;

namespace KhsCrm.Cli.Help;

/// <summary><c>khs completion</c>: prints what a shell needs to complete the command lines of khs.</summary>
internal static class CompletionCommand
{
    // Both ask khs itself, by the directive of System.CommandLine, what may stand where the cursor is. A word that is
    // an option's value in a file system is left to the shell. The directive knows "--status on-hold" and not
    // "--status=on-hold": a blank for every "=" keeps the cursor where it is.
    private const string Bash = """
        _khs() {
          local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
          COMPREPLY=($(compgen -W "$(khs "[suggest:${COMP_POINT}]" "${COMP_LINE//=/ }" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _khs khs
        """;

    private const string Zsh = """
        #compdef khs
        _khs() {
          local -a found
          compset -P '--*='
          found=("${(@f)$(khs "[suggest:$CURSOR]" "${BUFFER//=/ }" 2>/dev/null)}")
          (( ${#found} )) && compadd -- $found || _files
        }
        compdef _khs khs
        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new KhsCommand(
            "completion", "Print a completion script for your shell.", "completion bash >> ~/.bashrc", "completion zsh >> ~/.zshrc") { shell };
        command.SetAction(parsed => terminal.Out.WriteLine(parsed.GetValue(shell) == "zsh" ? Zsh : Bash));
        return command;
    }
}
