using KhsCrm.Storage.Deltas;

namespace KhsCrm.SyncServer.Sync;

/// <summary>A page that was read ahead and is not sent, because the stream has ended.</summary>
internal static class UnsentPage
{
    /// <summary>Gives its memory back as soon as it is read. Nobody waits for that, or needs to know how the read ended.</summary>
    public static void Drop(Task<EncodedDeltaResult>? read) => _ = read?.ContinueWith(
        static page =>
        {
            if (page.IsCompletedSuccessfully)
                page.GetAwaiter().GetResult().Delta?.Dispose();
            else
                _ = page.Exception;
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
