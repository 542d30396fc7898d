using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Commands;

/// <summary>Reads all pages of a list.</summary>
internal static class Pages
{
    public const int Size = 1_000;

    public static async Task<List<T>> AllAsync<T>(
        Func<string?, CancellationToken, Task<RowPage<T>>> readPage, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        string? token = null;
        do
        {
            var page = await readPage(token, cancellationToken);
            rows.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token is not null);
        return rows;
    }
}
