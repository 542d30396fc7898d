using KhsCrm.Storage.Schema;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>What keeps a command from its work and a person can mend, in a sentence instead of a stack.</summary>
internal static class StartFault
{
    /// <summary>Whether the sentence says all there is to know; what else happens is a bug and keeps its stack.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is OptionsValidationException or SchemaMismatchException or IOException or ArgumentException || Database(exception) is not null;

    /// <summary>Says it on stderr.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="addressOption">The option that moves the service to another address.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ReportAsync(Exception exception, string addressOption = "--urls")
    {
        await Console.Error.WriteLineAsync($"error: {Sentence(exception, addressOption)}");
        return 1;
    }

    private static string Sentence(Exception exception, string addressOption)
    {
        var message = exception.Message.TrimEnd('.');
        if (exception.InnerException is AddressInUseException)
            return $"{message}. End what listens there, or choose another address with {addressOption}.";
        if (Database(exception) is { } fault)
            return $"PostgreSQL: {(fault as PostgresException)?.MessageText ?? fault.Message}. Check the connection string and that the database is up.";
        return $"{message}.";
    }

    // EF Core wraps what Npgsql throws in words about retrying.
    private static NpgsqlException? Database(Exception? exception) =>
        exception is null ? null : exception as NpgsqlException ?? Database(exception.InnerException);
}
