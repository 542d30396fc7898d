namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>How PostgreSQL is crashed.</summary>
public enum CrashKind
{
    /// <summary>The whole server, by an immediate stop.</summary>
    ImmediateStop,

    /// <summary>One backend by SIGKILL, so that PostgreSQL restarts all of them.</summary>
    KilledBackend,
}
