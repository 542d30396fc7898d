using System.Runtime.CompilerServices;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>A text that is kept in the repository beside the tests.</summary>
internal static class Golden
{
    public static void Verify(string name, string actual, [CallerFilePath] string caller = "")
    {
        if (Environment.GetEnvironmentVariable("KHSCRM_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(caller)!, name), actual);
            return;
        }

        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schema", name));
        Assert.Equal(expected.Split('\n'), actual.Split('\n'));
    }
}
