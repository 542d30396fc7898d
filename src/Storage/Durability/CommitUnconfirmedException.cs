using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>
/// A commit that no synchronous standby has confirmed. Like a connection lost during COMMIT, it leaves the outcome unknown:
/// the caller retries.
/// </summary>
[SuppressMessage("Design", "CA1032", Justification = "Raised in one place.")]
public sealed class CommitUnconfirmedException() : NpgsqlException("The wait for a synchronous standby was cancelled.");
