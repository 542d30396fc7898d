using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.SyncClient;

/// <summary>How a <see cref="KhsCrmClient"/> works. Only <see cref="DataFolder"/> must be set.</summary>
public sealed class KhsCrmClientOptions
{
    /// <summary>
    /// The folder of this device's data; made when it does not exist. One folder is one device of one user. Required.
    /// </summary>
    public string DataFolder { get; set; } = "";

    /// <summary>
    /// The server, such as <c>https://crm.example.com</c>, or several of one service, separated by commas, that are tried in
    /// turn. When null, what the last sign-in on this device was made with.
    /// </summary>
    public string? ServerAddress { get; set; }

    /// <summary>The app and its version, for the server's lists: 1 to 100 characters. Default <c>khscrm-client/0.1.0</c>.</summary>
    public string AppVersion { get; set; } = "khscrm-client/0.1.0";

    /// <summary>The kinds of rows to keep here. Default: empty, which is all but the audit trail.</summary>
    public IList<EntityType> EntityTypes { get; } = [];

    /// <summary>The key of the database file, for an app that links a build of SQLite with encryption. Default none.</summary>
    public string? EncryptionKey { get; set; }

    /// <summary>How long to wait for another process that writes to the same folder. Default 30 seconds.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long opening a connection may take. Default 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the server may take to answer the first message of a stream, a sign-in or a renewal. Default 30 seconds.
    /// </summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without traffic the connection is tried. Default 30 seconds.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to that may take before the connection counts as broken. Default 15 seconds.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The bound of the first wait before connecting again; doubles with each failure. Default 1 second.</summary>
    public TimeSpan FirstReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such bound. Default 1 minute.</summary>
    public TimeSpan LongestReconnectDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often a connected client looks whether another process has queued edits in the same folder; infinite for
    /// never. Default half a second.
    /// </summary>
    public TimeSpan OtherProcessPollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Whether the server may compress the pages of a catch-up with gzip: fewer bytes for more work on both sides, which
    /// pays on a slow or metered connection. Default false.
    /// </summary>
    public bool AcceptCompression { get; set; }

    /// <summary>The largest message to accept, in bytes. Default 16 MiB.</summary>
    public int MaxReceiveMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Where to log. Default nowhere. Customer data is never logged.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
