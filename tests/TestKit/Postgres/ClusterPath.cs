namespace KhsCrm.TestKit;

/// <summary>
/// Where the clusters of tests are. What a test kills is a process, never a machine, so memory is as durable as a disk; and a
/// database is made in an eighth of the time.
/// </summary>
internal static class ClusterPath
{
    private const string Memory = "/dev/shm";

    // A cluster with its WAL takes a quarter of it.
    private const long Roomy = 4L << 30;

    /// <summary>A folder that does not exist yet.</summary>
    public static string New()
    {
        var root = Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > Roomy ? Memory : Path.GetTempPath();
        return Path.Combine(root, $"khscrm-test-{Guid.NewGuid():N}");
    }
}
