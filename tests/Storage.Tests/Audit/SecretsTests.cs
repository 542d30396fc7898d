using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Audit;

public sealed class SecretsTests : DatabaseTest
{
    [Fact]
    public async Task A_password_hash_is_in_no_entry_whatever_happens_to_its_user()
    {
        var user = await Sql.InsertWorkerAsync();
        await Sql.ExecuteAsync("UPDATE users SET password_hash = 'other-hash-of-secret' WHERE id = $1", user);
        await Sql.ExecuteAsync("UPDATE users SET password_hash = 'third-hash-of-secret', name = 'W' WHERE id = $1", user);
        await Sql.ExecuteAsync("DELETE FROM users WHERE id = $1", user);

        Assert.Equal(4, await Sql.CountAsync("activity_logs", "entity_id = $1", user));
        Assert.Equal(0, await Sql.CountAsync("activity_logs", "details::text LIKE '%hash-of-secret%'"));
        Assert.Equal(0, await Sql.CountAsync("activity_logs", "action = 'delete' AND details ? 'password_hash'"));
    }

    [Fact]
    public async Task That_a_password_changed_is_an_entry()
    {
        var user = await Sql.InsertWorkerAsync();
        await Sql.ExecuteAsync("UPDATE users SET password_hash = 'other' WHERE id = $1", user);

        Assert.Equal(
            "{\"password_hash\": \"changed\"}",
            await Sql.TextAsync("SELECT details::text FROM activity_logs WHERE entity_id = $1 AND action = 'update'", user));
    }

    [Fact]
    public async Task A_session_is_in_no_entry()
    {
        var before = await Sql.CountAsync("activity_logs");
        await Sql.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('t', $1, now(), gen_random_uuid())", Rows.Owner);
        await Sql.ExecuteAsync("DELETE FROM refresh_tokens");

        Assert.Equal(before, await Sql.CountAsync("activity_logs"));
    }
}
