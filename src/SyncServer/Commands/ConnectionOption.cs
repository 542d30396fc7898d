using System.CommandLine;

namespace KhsCrm.SyncServer.Commands;

/// <summary>
/// Which database a command works on: <c>--connection</c>, or the environment variable that the service reads too, so that
/// no password has to stand in the list of processes.
/// </summary>
internal static class ConnectionOption
{
    public const string Variable = "ConnectionStrings__KhsCrm";

    public static Option<string> Create()
    {
        var option = new Option<string>("--connection")
        {
            Description = $"The PostgreSQL database, as an Npgsql connection string. Without it, the environment variable {Variable}.",
            HelpName = "STRING",
        };
        option.DefaultValueFactory = result =>
        {
            var value = Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrEmpty(value))
                result.AddError($"Say which database: set {Variable}, or give --connection.");
            return value ?? "";
        };
        return option;
    }
}
