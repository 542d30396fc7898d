namespace KhsCrm.Storage;

/// <summary>The pools of connections beside the common one.</summary>
public static class DataSources
{
    /// <summary>
    /// The key of the few connections that commit groups and read for the pump, over and over. The first uses of a session
    /// cost tens of milliseconds of plans and catalog caches; the common pool hands its connections out in turn, so that
    /// under load each of a hundred would be warmed up for a handful of transactions.
    /// </summary>
    public const string Warm = "warm";

    /// <summary>
    /// The key of the connections on which owners' first syncs are read, by a few statements that are nearly the same for each
    /// page: to plan them anew took a sixth of the time of a page.
    /// </summary>
    public const string FirstSync = "first-sync";
}
