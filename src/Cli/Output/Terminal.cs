using Spectre.Console;

namespace KhsCrm.Cli.Output;

/// <summary>What khs reads from and writes to, and what of it is a terminal.</summary>
/// <param name="In">Where answers and passwords come from.</param>
/// <param name="Out">Where the answer of a command goes.</param>
/// <param name="Error">Where messages, progress and errors go.</param>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    private const int UsualWidth = 80;

    // A pipe has no width: wide enough that nothing is cut or wrapped.
    private const int PipeWidth = 200_000;

    /// <summary>The columns of the terminal that <see cref="Out"/> is; null when it is a pipe or a file, where nothing is cut.</summary>
    public int? Width { get; init; }

    /// <summary>Whether <see cref="Out"/> is to have colours.</summary>
    public bool HasColor { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, on which progress can be drawn.</summary>
    public bool ShowsProgress { get; init; }

    /// <summary>Whether somebody sits at <see cref="In"/> and can be asked.</summary>
    public bool CanAsk { get; init; }

    /// <summary>The standard streams of this process.</summary>
    public static Terminal OfProcess()
    {
        var isPlain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is "dumb";
        return new(Console.In, Console.Out, Console.Error)
        {
            Width = Console.IsOutputRedirected ? null : Console.WindowWidth is > 0 and var width ? width : UsualWidth,
            HasColor = !Console.IsOutputRedirected && !isPlain,
            ShowsProgress = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
            CanAsk = !Console.IsInputRedirected,
        };
    }

    /// <summary>What draws tables on a writer of this terminal: plain text, or with colours.</summary>
    public IAnsiConsole Canvas(TextWriter writer)
    {
        var canvas = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = HasColor ? AnsiSupport.Yes : AnsiSupport.No,
            // The 16 colours that a terminal's own theme defines.
            ColorSystem = HasColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        canvas.Profile.Width = Width ?? PipeWidth;
        return canvas;
    }

    /// <summary>What draws progress and prompts on <see cref="Error"/>, which is a terminal.</summary>
    public IAnsiConsole ErrorCanvas() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
}
