using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Limits;

/// <summary>Closes connections whose other end is gone: an idle stream would otherwise be held for ever.</summary>
internal sealed class KeepAlive(IOptions<LimitOptions> limits) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.Limits.Http2.KeepAlivePingDelay = limits.Value.KeepAliveDelay;
        options.Limits.Http2.KeepAlivePingTimeout = limits.Value.KeepAliveTimeout;
    }
}
