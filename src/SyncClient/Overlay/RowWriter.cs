using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Overlay;

/// <summary>Writes rows so that what a person sees is always: the server's row, with the pending operations on top.</summary>
internal static class RowWriter
{
    /// <summary>Computes a row anew after its operations changed.</summary>
    /// <returns>The row as a person sees it; null when there is none.</returns>
    public static Entity? Recompute(StoreConnection connection, RowTable table, RowId id) =>
        Write(connection, table, id, table.ReadServer(connection, id), GenerationOf(connection, table, id));

    /// <summary>Stores a row as the server sent it, or its absence.</summary>
    /// <param name="connection">The connection that writes.</param>
    /// <param name="table">The row's table.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="server">The server's row; null when the server has it no longer.</param>
    /// <param name="generation">The generation that brought it.</param>
    /// <param name="isOutboxEmpty">True when the caller knows that there is nothing to replay.</param>
    public static void SetServer(
        StoreConnection connection, RowTable table, RowId id, Entity? server, long generation, bool isOutboxEmpty)
    {
        if (!isOutboxEmpty && OutboxTable.HasPending(connection, table, id))
            Write(connection, table, id, server, generation);
        else if (server is null)
            table.Delete(connection, id);
        else
            table.Write(connection, id, server, local: null, isHidden: false, generation);
    }

    private static Entity? Write(StoreConnection connection, RowTable table, RowId id, Entity? server, long generation)
    {
        var pending = OutboxTable.Pending(connection, table, id);
        var effective = Replay.Run(server, pending);
        if (effective is null && server is null)
            table.Delete(connection, id);
        else
            table.Write(
                connection, id, server, pending.Count == 0 ? null : effective, isHidden: effective is null, generation);
        return effective;
    }

    private static long GenerationOf(StoreConnection connection, RowTable table, RowId id) =>
        connection.Prepare($"SELECT generation FROM {table.Name} WHERE id = ?1").Bind(1, id).ExecuteScalar() ?? 0;
}
