using System.Diagnostics;

namespace KhsCrm.Development.Postgres;

/// <summary>A program run to its end, with what it wrote.</summary>
internal readonly record struct Command(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    public static Task<Command> RunAsync(IEnumerable<string> words, CancellationToken cancellationToken) =>
        RunAsync(words, environment: null, cancellationToken);

    public static async Task<Command> RunAsync(
        IEnumerable<string> words,
        IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellationToken)
    {
        var all = words.ToArray();
        // The current folder may be closed to the user that the command changes to.
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return new Command(127, missing.Message);
        }
        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.WaitForExitAsync(cancellationToken);
                return new Command(process.ExitCode, await output + await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }
}
