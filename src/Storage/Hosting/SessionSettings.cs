using Npgsql;

namespace KhsCrm.Storage.Hosting;

/// <summary>
/// Settings of a session that make statements faster and promise nothing. Behind a pooler in transaction mode they may be
/// lost, or stay on a connection that somebody else uses: <c>ALTER ROLE … SET jit = off</c> is the robust way there.
/// </summary>
internal static class SessionSettings
{
    private const string Plain = "SELECT set_config('jit', 'off', false)";

    // A plan that is kept must not be one for the small table of its first minute. What is read by id has an index.
    private const string ForKeptPlans = "SELECT set_config('jit', 'off', false), set_config('enable_seqscan', 'off', false)";

    /// <summary>Makes every new connection begin with them.</summary>
    public static void Apply(NpgsqlDataSourceBuilder builder, bool keepsPlans)
    {
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = Create(connection, keepsPlans);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = Create(connection, keepsPlans);
                await command.ExecuteNonQueryAsync();
            });
    }

    private static NpgsqlCommand Create(NpgsqlConnection connection, bool keepsPlans) =>
        keepsPlans ? new(ForKeptPlans, connection) : new(Plain, connection);
}
