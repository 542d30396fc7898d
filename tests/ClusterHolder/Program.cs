using KhsCrm.TestKit;

// Arguments: the folder, and "remove" if it is to go with the process. Says when the server is up, then waits for the
// end of its input. A Ctrl-C does not end it at once: like a host, it still has work to drain into the server.
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    Console.WriteLine("interrupted");
};
await using var server = await RestartableServer.StartAsync(args[0], args.Contains("remove"), CancellationToken.None);
Console.WriteLine($"up {server.ConnectionString}");
await Console.In.ReadToEndAsync();
