using System.CommandLine;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Hosting;

namespace KhsCrm.SyncServer.Commands;

/// <summary><c>history new</c>: makes every cursor invalid after an old image of the disk was put back.</summary>
internal static class HistoryCommand
{
    public static Command Create() => new("history", "What devices' cursors know of this database's past.") { CreateNew() };

    private static Command CreateNew()
    {
        var connection = ConnectionOption.Create();
        var command = new Command(
            "new", "Begin a new history: every device takes everything anew. The last step of a restore that keeps its timeline.")
        {
            connection,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                var id = await DatabaseHistory.BeginAsync(result.GetValue(connection)!, cancellationToken);
                await Console.Out.WriteLineAsync($"History {id} has begun. Every device takes everything anew at its next sync.");
                return 0;
            }
            catch (Exception exception) when (StartFault.IsExpected(exception))
            {
                return await StartFault.ReportAsync(exception);
            }
        });
        return command;
    }
}
