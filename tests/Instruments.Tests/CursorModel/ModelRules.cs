namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>Which parts of the rule of DESIGN §4 are kept. Each left out is a twin that must find a loss.</summary>
/// <param name="Proves">A read that shows something proves that it is durable, and a broken connection discards it.</param>
/// <param name="ChecksForks">A cursor of an older timeline is refused when the newer one began before its place.</param>
/// <param name="ForgetsLookedAt">The pump forgets the snapshot that it has looked at when a connection breaks.</param>
/// <param name="IsSynchronous">A commit waits for the standby, and so does a proof.</param>
internal sealed record ModelRules(
    bool Proves = true, bool ChecksForks = true, bool ForgetsLookedAt = true, bool IsSynchronous = false);
