using KhsCrm.Storage.Tables;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>A statement that writes.</summary>
/// <param name="Command">The statement.</param>
/// <param name="Returned">The table that its returned rows are of; null when it returns none.</param>
/// <param name="MustFind">How many rows it has to write for the others to stand.</param>
internal sealed record WriteCommand(NpgsqlBatchCommand Command, EntityTable? Returned = null, int MustFind = 0);
