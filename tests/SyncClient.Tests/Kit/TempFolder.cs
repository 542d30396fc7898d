namespace KhsCrm.SyncClient.Tests.Kit;

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("khscrm-client-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
