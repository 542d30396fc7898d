using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>
/// The schema as files of the repository, so that a change shows in the diff. After a change that is meant, run these
/// tests with KHSCRM_WRITE_GOLDEN=1 and commit what they write.
/// </summary>
public sealed class GoldenTests : DatabaseTest
{
    /// <summary>On every major version: what the catalogs say.</summary>
    [Fact]
    public async Task The_catalog_is_as_in_golden_txt() => Golden.Verify(
        "golden.txt", string.Concat((await CatalogText.ReadAsync(Sql)).Select(line => line + "\n")));

    /// <summary>On version 15, whose spelling the file has: what pg_dump says.</summary>
    [Fact]
    public async Task The_dump_is_as_in_golden_sql()
    {
        var major = await Sql.ScalarAsync<int>("SELECT current_setting('server_version_num')::int / 10000");
        Assert.SkipUnless(major == SchemaDump.Major, $"golden.sql is in the spelling of {SchemaDump.Major}, this is {major}");
        var dump = await SchemaDump.ReadAsync(ConnectionString, Cancellation);
        Assert.SkipWhen(dump is null, $"no pg_dump {SchemaDump.Major} on this machine");

        Golden.Verify("golden.sql", dump);
    }
}
