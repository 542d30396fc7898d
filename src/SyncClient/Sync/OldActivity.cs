using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Forgets the entries of the audit trail that the server would not send any more, by the server's clock: when a stream
/// opens, and once a day while it stays open.
/// </summary>
internal sealed class OldActivity
{
    private static readonly TimeSpan Often = TimeSpan.FromDays(1);

    private TimeSpan _age = TimeSpan.MaxValue;
    private DateTimeOffset _next;

    /// <summary>Takes over how old an entry may be, and forgets older ones.</summary>
    public void OnWelcome(WriteTransaction transaction, Welcome welcome)
    {
        if (welcome.ActivityLogAge is not { } age || welcome.ServerTime is not { } now)
            return; // A server that does not say.
        _age = age.ToTimeSpan();
        Forget(transaction.Connection, now.ToDateTimeOffset());
    }

    /// <summary>Whether it is time to forget again.</summary>
    public bool IsDue(Heartbeat heartbeat) =>
        _age != TimeSpan.MaxValue && heartbeat.ServerTime is { } now && now.ToDateTimeOffset() >= _next;

    /// <summary>Forgets what has become too old.</summary>
    public void OnHeartbeat(WriteTransaction transaction, Heartbeat heartbeat)
    {
        if (IsDue(heartbeat))
            Forget(transaction.Connection, heartbeat.ServerTime.ToDateTimeOffset());
    }

    private void Forget(StoreConnection connection, DateTimeOffset now)
    {
        _next = now + Often;
        connection.Prepare("DELETE FROM activity_log WHERE created_at < ?1").Bind(1, (now - _age).ToUnixTimeMilliseconds() * 1_000).Execute();
    }
}
