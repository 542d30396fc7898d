using System.Runtime.InteropServices;
using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>An app that is compiled ahead of time, so that nothing in the library may need reflection or a compiler.</summary>
public sealed class NativeDeviceTests
{
    [Fact]
    public async Task It_edits_syncs_and_queries_as_any_other()
    {
        var artifacts = Directory.CreateTempSubdirectory("khs-native-");
        using var device = new Device();
        try
        {
            // In folders of its own, so that it does not meet the build that these tests came from.
            await using (var publish = ChildProcess.StartProgram(
                "dotnet",
                [
                    "publish", Path.Combine(SourceFolder(), "tests", "SampleDevice"), "-c", "Release",
                    "-r", RuntimeInformation.RuntimeIdentifier, "-p:PublishAot=true", "-p:RunAnalyzers=false", "-warnaserror",
                    "--artifacts-path", artifacts.FullName, "-o", Path.Combine(artifacts.FullName, "native"), "-v", "quiet", "--nologo",
                ]))
            {
                Assert.True(await publish.WaitForExitAsync() == 0, publish.Output + publish.Errors);
            }

            await using var service = await Service.StartAsync();
            await using var native = ChildProcess.StartProgram(
                Path.Combine(artifacts.FullName, "native", "KhsCrm.SampleDevice"),
                ["sync", device.Folder, service.Url, "owner@khscrm.com", "owner-demo-1"]);
            Assert.True(await native.WaitForExitAsync() == 0, native.Output + native.Errors);

            Assert.Equal(
                ["John Smith: sent 3, Compile ahead for Native Device", "refused name"],
                native.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            Assert.Equal(1, await service.ScalarAsync<long>(
                "SELECT count(*) FROM materials m JOIN jobs j ON j.id = m.job_id WHERE j.title = 'Compile ahead' AND m.item_name = 'Linker'"));
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "KhsCrm.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("These tests lie outside of the sources.");
        return folder.FullName;
    }
}
