using KhsCrm.Development.Postgres;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Development;

public sealed class PostgresBinariesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_named_on_purpose_without_programs_is_an_error()
    {
        var folder = Directory.CreateTempSubdirectory("khscrm-binaries-tests-");
        try
        {
            var refusal = await Assert.ThrowsAsync<PrivateClusterException>(
                () => PostgresBinaries.FindAsync(major: null, folder.FullName, Cancellation));
            Assert.Contains(folder.FullName, refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Links_lead_to_the_folder_of_the_programs_themselves()
    {
        var found = await PostgresBinaries.FindAsync(major: null, named: null, Cancellation);

        Assert.NotNull(found);
        Assert.True(found.Major >= PostgresBinaries.OldestMajor);
        Assert.Null(new FileInfo(found.Postgres).LinkTarget);
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_not_found()
    {
        if (Environment.GetEnvironmentVariable(PostgresBinaries.FolderVariable) is { Length: > 0 })
            return; // Whoever names a folder gets that folder.
        Assert.Null(await PostgresBinaries.FindAsync(major: 99, named: null, Cancellation));
    }
}
