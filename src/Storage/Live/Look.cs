using NpgsqlTypes;

namespace KhsCrm.Storage.Live;

/// <summary>
/// A snapshot that was looked at. An equal one later shows the same rows only if PostgreSQL has not crashed in between, because
/// a crash makes it use transaction ids again. Crash recovery ends with a checkpoint, so an equal checkpoint rules it out.
/// </summary>
/// <param name="Snapshot">The text form of the snapshot.</param>
/// <param name="Checkpoint">Where the last checkpoint was: <c>pg_control_checkpoint().checkpoint_lsn</c>.</param>
internal sealed record Look(string Snapshot, NpgsqlLogSequenceNumber Checkpoint);
