using Xunit;

namespace KhsCrm.Instruments.Tests.Architecture;

/// <summary>No two folders of a project need each other, by whatever way round, so each can be read before those that use it.</summary>
public sealed class FolderCircleTests
{
    // Not yet SyncClient, most of which is one circle.
    [Theory]
    [InlineData("Cli")]
    [InlineData("Contracts")]
    [InlineData("Development")]
    [InlineData("Storage")]
    [InlineData("SyncServer")]
    public void The_folders_of_a_project_have_an_order(string project)
    {
        var circles = new SourceFolders(project).Circles();

        Assert.True(circles.Count == 0, string.Join('\n', circles.Select(use => $"{use.From} uses {use.To}")));
    }

    [Fact]
    public void A_circle_is_found() => Assert.NotEmpty(new SourceFolders("SyncClient").Circles());
}
