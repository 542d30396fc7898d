using System.CommandLine;
using KhsCrm.Cli.Output;

namespace KhsCrm.Cli.Jobs;

/// <summary>A job's status on the command line, which shells can complete.</summary>
internal static class StatusArgument
{
    private static readonly string Choices = $"{string.Join(", ", Words.StatusNames.SkipLast(1))} or {Words.StatusNames[^1]}.";

    public static Argument<string> Argument()
    {
        var argument = new Argument<string>("STATUS") { Description = Choices };
        argument.CompletionSources.Add([.. Words.StatusNames]);
        return argument;
    }

    public static Option<string?> Option()
    {
        var option = new Option<string?>("--status") { Description = $"Only those that are {Choices}", HelpName = "STATUS" };
        option.CompletionSources.Add([.. Words.StatusNames]);
        return option;
    }
}
