using Google.Protobuf;
using KhsCrm.V1;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>Says what a failure of SQLite or of the file system means for an app. The only place that does.</summary>
internal static class StoreErrors
{
    private const int DiskFullOnWindows = unchecked((int)0x80070070);
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnUnix = 122;

    /// <summary>Whether an exception is one that <see cref="Translate"/> explains.</summary>
    public static bool IsOfStore(Exception exception) =>
        exception is SqliteException or IOException or UnauthorizedAccessException or InvalidProtocolBufferException;

    public static KhsCrmException Translate(Exception exception, string folder) => exception switch
    {
        SqliteException failure => Of(failure.SqliteErrorCode, exception, folder),
        InvalidProtocolBufferException => Damaged(exception, folder),
        _ when exception.HResult is DiskFullOnWindows or NoSpaceOnUnix or QuotaOnUnix => Full(exception, folder),
        _ => NotAccessible(exception, folder),
    };

    private static KhsCrmException Of(int code, Exception exception, string folder) => code switch
    {
        raw.SQLITE_FULL => Full(exception, folder),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Damaged(exception, folder),
        raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_AUTH or raw.SQLITE_IOERR =>
            NotAccessible(exception, folder),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
            $"Another process has been writing to {folder} for too long: try again, or end that process.", exception)
        {
            Reason = ErrorReason.StoreBusy,
        },
        _ => new($"The store in {folder} failed: {exception.Message}", exception) { Reason = ErrorReason.Internal },
    };

    private static KhsCrmException Full(Exception exception, string folder) => new(
        $"The disk with {folder} is full: free some space and try again. Nothing that was saved is lost.", exception)
    {
        Reason = ErrorReason.DiskFull,
    };

    private static KhsCrmException Damaged(Exception exception, string folder) => new(
        $"The store in {folder} is damaged. A rescue begins a new one with its unsent edits; everything that was sent comes from "
        + "the server.",
        exception)
    {
        Reason = ErrorReason.StoreDamaged,
    };

    private static KhsCrmException NotAccessible(Exception exception, string folder) => new(
        $"The folder {folder} cannot be read or written: give this user the right to, or use another folder. ({exception.Message})",
        exception)
    {
        Reason = ErrorReason.StoreNotAccessible,
    };
}
