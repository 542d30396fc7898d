namespace KhsCrm.SyncClient;

/// <summary>A part of a list.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="Items">The rows, in the order that was asked for.</param>
/// <param name="NextPageToken">Asks for the next part; null when this is the last.</param>
public sealed record RowPage<T>(IReadOnlyList<T> Items, string? NextPageToken);
