using KhsCrm.Cli.Commands;

namespace KhsCrm.Cli.Ids;

/// <summary>Finds rows of this device by their ids, or by how these begin.</summary>
internal static class RowIds
{
    public static Task<string> CustomerAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "customer", "customers list", context.Client.Customers.FindIdsAsync, cancellationToken);

    public static Task<string> JobAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "job", "jobs list", context.Client.Jobs.FindIdsAsync, cancellationToken);

    public static Task<string> MaterialAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "material", "materials list JOB", context.Client.Materials.FindIdsAsync, cancellationToken);
}
