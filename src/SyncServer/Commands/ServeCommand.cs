using KhsCrm.SyncServer.Hosting;

namespace KhsCrm.SyncServer.Commands;

/// <summary>Without a command the executable serves; what it cannot start with, it says in a sentence.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = ServerApp.Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is InvalidOperationException || StartFault.IsExpected(exception))
        {
            return await StartFault.ReportAsync(exception);
        }
    }
}
