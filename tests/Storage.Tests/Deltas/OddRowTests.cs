using Google.Protobuf;
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
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', (repeat('[', 1000) || repeat(']', 1000))::jsonb)")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', jsonb_build_object('n', repeat('x', 20000000)))")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details) VALUES ('x', gen_random_uuid(), 'x', '{owner}', to_jsonb(array_fill(1e130000, ARRAY[30])))")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at) VALUES ('x', gen_random_uuid(), 'x', '{owner}', 'infinity')")]
    [InlineData("INSERT INTO tombstones (entity_type, entity_id, deleted_at) VALUES ('job', gen_random_uuid(), '20000-01-01')")]
    [InlineData("UPDATE materials SET quantity = 'NaN'")]
    [InlineData("UPDATE materials SET purchased = true, purchased_by_id = added_by_id, purchased_at = '-infinity'")]
    [InlineData("UPDATE materials SET created_at = '10000-01-01'")]
    [InlineData("UPDATE materials SET notes = repeat('x', 20000000)")]
    [InlineData("UPDATE materials SET notes = U&'\\FFFE\\FFFF\\FEFF\\202E' || chr(1114111) || chr(1)")]
    [InlineData("UPDATE jobs SET start_date = '0044-03-15 BC'")]
    [InlineData("UPDATE jobs SET end_date = '12026-01-01'")]
    [InlineData("UPDATE jobs SET start_date = 'infinity'")]
    [InlineData("UPDATE jobs SET created_at = '0044-03-15 BC'")]
    [InlineData("INSERT INTO customers (name, address, updated_at) VALUES ('x', 'x', 'infinity')")]
    [InlineData("UPDATE job_status_history SET changed_at = '-infinity'")]
    [InlineData("UPDATE users SET last_login_at = '20000-01-01'")]
    [InlineData("INSERT INTO job_assignments (job_id, user_id, assigned_at) SELECT id, '{owner}', '0044-03-15 BC' FROM jobs")]
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

    [Fact]
    public async Task Details_of_any_depth_are_sent_in_a_message_that_every_client_can_read()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync(
            $$"""
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details)
            SELECT shape, gen_random_uuid(), 'x', '{{SyncedDatabase.Owner}}', (starts || repeat(opens, depth) || '1' || repeat(closes, depth) || ends)::jsonb
            FROM generate_series(1, 110) AS d(depth), (VALUES ('object', '', '{"a":', '}', ''), ('list', '{"a":', '[', ']', '}'))
                AS s(shape, starts, opens, closes, ends)
            """);

        var device = database.Device(null, 2, EntityType.ActivityLog);
        await device.SyncAsync();

        Entity[] entries = [.. device.Rows.Values.Where(entity => entity.ActivityLog.EntityType is "object" or "list")];
        Assert.Equal(220, entries.Length);
        // The deepest place that an entry has in any message.
        foreach (var entity in entries)
        {
            var answer = new SyncStreamResponse { PushResult = new() { Results = { new OperationResult { Entity = entity } } } };
            Assert.Equal(answer, SyncStreamResponse.Parser.ParseFrom(answer.ToByteArray()));
        }

        Assert.Equal(30, entries.Count(entity => entity.ActivityLog is { EntityType: "object" } entry && entry.Details.Fields.ContainsKey("a")));
    }
}
