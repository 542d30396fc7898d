using System.Net;
using System.Security.Cryptography.X509Certificates;
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

    /// <summary>The kinds of rows to keep here. Default: empty, which is all that this version knows but the audit trail. Rows of a kind that is
    /// left out later stay as they are, and go on when it is wanted again.</summary>
    public IList<EntityType> EntityTypes { get; } = [];

    /// <summary>The key of the database file, for an app that links a build of SQLite with encryption. Default none.</summary>
    public string? EncryptionKey { get; set; }

    /// <summary>How long to wait for another process that writes to the same folder. Default 30 seconds.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Certificates to show to a server that asks for them (mutual TLS). Default none.</summary>
    public X509Certificate2Collection ClientCertificates { get; } = [];

    /// <summary>
    /// The authorities of a private CA: when there are some, the server's certificate must come from one of them instead of from
    /// those that the system trusts. Default none.
    /// </summary>
    public X509Certificate2Collection CertificateAuthorities { get; } = [];

    /// <summary>The proxy to go through. Default what the system is set to; see <see cref="System.Net.Http.HttpClient.DefaultProxy"/>.</summary>
    public IWebProxy? Proxy { get; set; }

    /// <summary>
    /// Makes the handler of a connection in place of the library's own: for a platform's own network stack. The options for
    /// certificates, the proxy and the times of connections then have no effect. The library disposes it.
    /// </summary>
    public Func<HttpMessageHandler>? CreateHttpHandler { get; set; }

    /// <summary>How long opening a connection may take. Default 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the server may take to answer the first message of a stream, a sign-in or a renewal. Default 30 seconds.
    /// </summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connected server may bring nothing that is due, such as the next part of a catch-up or the result of a push,
    /// before the connection counts as broken. Default 2 minutes.
    /// </summary>
    public TimeSpan ProgressTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a connected server may be silent when nothing is due. Default 5 minutes, ten times as long as the server's
    /// default interval of heartbeats.
    /// </summary>
    public TimeSpan SilenceTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>After how long without traffic the connection is tried. Default 30 seconds.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to that may take before the connection counts as broken. Default 15 seconds.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The bound of the first wait before connecting again; doubles with each failure. Default 1 second.</summary>
    public TimeSpan FirstReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest such bound while the server cannot be reached. Default 1 minute. What was refused, or could not be stored, is
    /// tried again after 15 times as long at most.
    /// </summary>
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
