using Google.Protobuf;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>Who is signed in on this device: at most one row of the store.</summary>
/// <param name="User">The user as of the last sign-in.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="IsEnded">Whether the server has ended the session: what is here stays readable, sync needs a new sign-in.</param>
/// <param name="SignIn">Tells a sign-in from every other: what an earlier one brings late is not written over a later one.</param>
internal sealed record SessionState(User User, Tokens Tokens, bool IsEnded, long SignIn = 0)
{
    /// <summary>The session; null when nobody is signed in.</summary>
    public static SessionState? TryRead(StoreConnection connection)
    {
        var row = connection.Prepare("SELECT user, tokens, is_ended, sign_in FROM session");
        if (!row.Step())
            return null;
        var state = new SessionState(
            User.Parser.ParseFrom(row.Blob(0)), Tokens.Parser.ParseFrom(row.Blob(1)), row.Flag(2), row.Int64(3));
        row.Reset();
        return state;
    }

    /// <summary>The signed-in user as the server last sent them: the role may have changed since the sign-in.</summary>
    /// <exception cref="NotSignedInException">Nobody is signed in.</exception>
    /// <exception cref="KhsCrmException">The device was revoked: what it holds is locked.</exception>
    public static User RequireUser(StoreConnection connection)
    {
        if (DeviceState.TryRead(connection) is { IsRevoked: true })
            throw Revocation.Locked;
        var session = TryRead(connection) ?? throw NotSignedInException.Nobody;
        return RowTables.User.ReadEffective(connection, RowId.Parse(session.User.Id))?.User is { } current
            && current.Role != Role.Unspecified
                ? current
                : session.User;
    }

    /// <summary>Whether somebody is signed in on a device that is not locked.</summary>
    public static bool MayRead(StoreConnection connection) =>
        DeviceState.TryRead(connection) is { IsRevoked: false } && TryRead(connection) is not null;

    public static void Delete(StoreConnection connection) => connection.Prepare("DELETE FROM session").Execute();

    public void Write(StoreConnection connection) =>
        connection.Prepare("INSERT OR REPLACE INTO session (one, user, tokens, is_ended, sign_in) VALUES (1, ?1, ?2, ?3, ?4)")
            .Bind(1, User.ToByteArray()).Bind(2, Tokens.ToByteArray()).Bind(3, IsEnded).Bind(4, SignIn)
            .Execute();
}
