namespace KhsCrm.Benchmarks.Pull;

/// <summary>Folders of a device and of its floor, gone at the end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"khscrm-bench-{Guid.NewGuid():N}");

    public string Device => Path.Combine(_root, "device");

    public string Floor => Path.Combine(_root, "floor");

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }
}
