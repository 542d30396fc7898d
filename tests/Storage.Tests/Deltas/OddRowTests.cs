using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Promises 1 and 6: a row that another program wrote oddly holds up no device.</summary>
public sealed class OddRowTests
{
    [Theory]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', '[1, 2]')")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', '{\"n\": 1e400}')")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', 'null')")]
    public async Task Is_refused_by_the_database_or_sent(string sql)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.AddMaterialAsync(await database.AddJobAsync(await database.AddCustomerAsync()));
        var device = database.Device(null, 2, Enum.GetValues<EntityType>()[1..]);
        try
        {
            await database.RunAsync(sql.Replace("{owner}", $"{SyncedDatabase.Owner}", StringComparison.Ordinal));
        }
        catch (Npgsql.PostgresException exception) when (exception.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            return;
        }

        await device.SyncAsync();

        Assert.Single(device.Ids(EntityType.Material));
    }
}
