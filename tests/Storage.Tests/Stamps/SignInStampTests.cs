using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Stamps;

/// <summary>A sign-in is no change of the user: no device hears of it, and the audit trail has no entry (ADR 12).</summary>
public sealed class SignInStampTests : DatabaseTest
{
    private const string Stamps = "SELECT updated_at::text || ' ' || change_xid || ' ' || updated_by_id FROM users WHERE id = $1";

    [Fact]
    public async Task A_sign_in_moves_no_stamp_and_gives_no_entry()
    {
        var user = await Sql.InsertWorkerAsync();
        var (stamps, entries) = (await Sql.TextAsync(Stamps, user), await Sql.CountAsync("activity_logs"));

        await Sql.ExecuteAsync("UPDATE users SET last_login_at = now(), updated_by_id = id WHERE id = $1", user);

        Assert.Equal(1, await Sql.CountAsync("users", "id = $1 AND last_login_at IS NOT NULL", user));
        Assert.Equal((stamps, entries), (await Sql.TextAsync(Stamps, user), await Sql.CountAsync("activity_logs")));
    }

    [Fact]
    public async Task A_change_that_comes_with_a_sign_in_is_stamped_and_audited()
    {
        var user = await Sql.InsertWorkerAsync();
        var (stamps, entries) = (await Sql.TextAsync(Stamps, user), await Sql.CountAsync("activity_logs"));

        await Sql.ExecuteAsync("UPDATE users SET last_login_at = now(), password_hash = 'new' WHERE id = $1", user);

        Assert.Equal(1, await Sql.CountAsync("users", "id = $1 AND last_login_at IS NOT NULL AND password_hash = 'new'", user));
        Assert.NotEqual(stamps, await Sql.TextAsync(Stamps, user));
        Assert.Equal(entries + 1, await Sql.CountAsync("activity_logs"));
    }

    [Theory]
    [InlineData("UPDATE users SET is_active = false WHERE id = $1", 0)]
    [InlineData("UPDATE users SET is_active = true WHERE id = $1", 1)]
    [InlineData("UPDATE users SET name = 'Renamed' WHERE id = $1", 1)]
    public async Task Deactivation_by_whomever_ends_the_sessions_of_that_user_alone(string statement, long left)
    {
        var (user, other) = (await Sql.InsertWorkerAsync(), await Sql.InsertWorkerAsync("other@khscrm.com"));
        foreach (var id in new[] { user, other })
        {
            await Sql.ExecuteAsync(
                "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ($1::uuid::text, $1, now(), gen_random_uuid())", id);
        }

        await Sql.ExecuteAsync(statement, user);

        Assert.Equal((left, 1L), (await Sql.CountAsync("refresh_tokens", "user_id = $1", user), await Sql.CountAsync("refresh_tokens", "user_id = $1", other)));
    }

    /// <summary>A token that is traded while its user is deactivated does not survive into a reactivation.</summary>
    [Fact]
    public async Task A_token_traded_during_a_deactivation_is_gone_after_the_reactivation()
    {
        var user = await Sql.InsertWorkerAsync();
        await Sql.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('old', $1, now(), $1)", user);
        await using var trade = await OpenAsync();
        await trade.ExecuteAsync("BEGIN");
        await trade.ExecuteAsync("SELECT FROM refresh_tokens WHERE token = 'old' FOR UPDATE");
        await using var office = await OpenAsync();
        var deactivation = office.ExecuteAsync("UPDATE users SET is_active = false WHERE id = $1", user);
        await office.WaitUntilBlockedAsync(Sql);

        await trade.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('new', $1, now(), $1)", user);
        await trade.ExecuteAsync("COMMIT");
        await deactivation;
        await office.ExecuteAsync("UPDATE users SET is_active = true WHERE id = $1", user);

        Assert.Equal(0, await Sql.CountAsync("refresh_tokens"));
    }
}
