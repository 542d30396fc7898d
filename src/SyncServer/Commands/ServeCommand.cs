using KhsCrm.SyncServer.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

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
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException or NpgsqlException or IOException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 1;
        }
    }
}
