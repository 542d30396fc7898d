using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>The users of a run: those of the honest devices, whom nobody else names, and those of hostile callers.</summary>
internal static class Accounts
{
    public const string HonestOwnerId = "00000000-0000-7000-8000-000000000002";

    public static readonly Account HonestOwner = new("owner", "owner@khscrm.com", "owner-demo-1");
    public static readonly Account HonestWorker = new("worker", "worker1@khscrm.com", "worker-demo-1");
    public static readonly Account[] Hostile =
    [
        new("owner", "hostile@khscrm.com", "owner-demo-1"),
        new("worker", "worker3@khscrm.com", "worker-demo-1"),
        new("owner", "hostile@khscrm.com", "owner-demo-1"),
        new("worker", "worker4@khscrm.com", "worker-demo-1"),
    ];

    /// <summary>
    /// Makes the hostile owner, and fills the pool with what there is. A trigger keeps the hostile users as they are: a worker who is
    /// made an owner by another could not be judged, and one who is deactivated sends nothing.
    /// </summary>
    public static async Task PrepareAsync(NpgsqlDataSource database, Pool pool, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO users (id, email, password_hash, name, role)
            SELECT '00000000-0000-7000-8000-0000000000ff', 'hostile@khscrm.com', password_hash, 'Hostile', 'OWNER' FROM users WHERE email = 'owner@khscrm.com';
            CREATE FUNCTION keep_a_hostile_user() RETURNS trigger AS
                'BEGIN NEW.role := OLD.role; NEW.email := OLD.email; NEW.password_hash := OLD.password_hash; NEW.is_active := true; RETURN NEW; END'
                LANGUAGE plpgsql;
            CREATE TRIGGER keeps BEFORE UPDATE ON users FOR EACH ROW
                WHEN (OLD.email IN ('hostile@khscrm.com', 'worker3@khscrm.com', 'worker4@khscrm.com')) EXECUTE FUNCTION keep_a_hostile_user();
            SELECT 'user', id FROM users WHERE email IN ('hostile@khscrm.com', 'worker3@khscrm.com', 'worker4@khscrm.com', 'worker5@khscrm.com')
            UNION ALL SELECT 'customer', id FROM customers WHERE name <> 'Honest'
            UNION ALL SELECT 'job', id FROM jobs WHERE title <> 'Honest'
            UNION ALL SELECT 'material', m.id FROM materials m JOIN jobs j ON j.id = m.job_id WHERE j.title <> 'Honest'
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            pool.Add(reader.GetString(0), $"{reader.GetGuid(1)}");
            pool.Add("any", $"{reader.GetGuid(1)}");
        }
    }

    /// <summary>A user who signs in.</summary>
    internal sealed record Account(string Role, string Email, string Password)
    {
        public bool IsOwner => Role == "owner";

        public async Task<Metadata> SignInAsync(CallInvoker invoker, Pool? pool, CancellationToken cancellationToken)
        {
            var login = await new AuthService.AuthServiceClient(invoker).LoginAsync(
                new LoginRequest { Email = Email, Password = Password }, cancellationToken: cancellationToken);
            var token = login.Tokens.AccessToken;
            if (pool is not null && SessionOf(token) is { } session)
                pool.Add("session", session);
            return new Metadata { { "authorization", $"Bearer {token}" } };
        }

        // The session's id stands in the token, where its owner can read it.
        private static string? SessionOf(string token)
        {
            var body = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
            var json = Convert.FromBase64String(body.PadRight((body.Length + 3) / 4 * 4, '='));
            using var claims = System.Text.Json.JsonDocument.Parse(json);
            return claims.RootElement.TryGetProperty("sid", out var sid) ? sid.GetString() : null;
        }
    }
}
