using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace KhsCrm.Storage.Schema;

/// <summary>The SQL of each migration that this version knows, with the line of its own in the list of migrations.</summary>
internal sealed class MigrationScripts(KhsCrmDbContext context)
{
    /// <summary>The migrations, oldest first.</summary>
    public IReadOnlyList<string> Ids { get; } = [.. context.Database.GetMigrations()];

    /// <summary>The SQL that goes from the migration before to this one.</summary>
    public string Of(string id)
    {
        var before = Ids.TakeWhile(one => one != id).LastOrDefault() ?? Migration.InitialDatabase;
        return context.GetService<IMigrator>().GenerateScript(before, id, MigrationsSqlGenerationOptions.NoTransactions);
    }
}
