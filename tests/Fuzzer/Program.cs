using KhsCrm.Fuzzer;

// scripts/fuzz --seconds N [--seed S] [--messages N] [--replay FILE]
var options = FuzzOptions.Parse(args);
if (options is null)
{
    await Console.Error.WriteLineAsync("scripts/fuzz --seconds N [--seed S] [--messages N] [--workers N] [--no-kills] [--replay FILE]");
    return 2;
}

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};
return options.Replay is { } file
    ? await Replay.RunAsync(file, interrupt.Token)
    : await FuzzRun.RunAsync(options, interrupt.Token);
