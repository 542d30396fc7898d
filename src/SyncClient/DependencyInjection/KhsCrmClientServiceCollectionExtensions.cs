using KhsCrm.SyncClient;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the client.</summary>
public static class KhsCrmClientServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="KhsCrmClientFactory"/>: opening a store is asynchronous, so what needs a
    /// <see cref="KhsCrmClient"/> asks the factory for it. There is one client, closed with the container.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets the options; the logger factory is the container's.</param>
    public static IServiceCollection AddKhsCrmClient(this IServiceCollection services, Action<KhsCrmClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton(provider =>
        {
            var options = new KhsCrmClientOptions();
            if (provider.GetService<ILoggerFactory>() is { } loggerFactory)
                options.LoggerFactory = loggerFactory;
            configure(options);
            return new KhsCrmClientFactory(options);
        });
    }
}
