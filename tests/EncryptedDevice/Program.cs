using System.Runtime.InteropServices;
using KhsCrm.SyncClient;
using SQLitePCL;

// EncryptedDevice LIBRARY sync|read FOLDER KEY [SERVER]: uses the build of SQLite in LIBRARY, signs in and syncs if asked to,
// searches, and prints how many customers were found, or why the store was refused.
NativeLibrary.SetDllImportResolver(
    typeof(SQLite3Provider_sqlite3).Assembly, (name, _, _) => name == "sqlite3" ? NativeLibrary.Load(args[0]) : 0);
raw.SetProvider(new SQLite3Provider_sqlite3());
raw.FreezeProvider();
var options = new KhsCrmClientOptions
{
    DataFolder = args[2],
    EncryptionKey = args[3].Length > 0 ? args[3] : null,
    ServerAddress = args.ElementAtOrDefault(4),
};
try
{
    await using var client = await KhsCrmClient.OpenAsync(options);
    if (args[1] == "sync")
    {
        await client.SignInAsync("olga@khscrm.com", "secret");
        await client.SyncAsync();
    }

    // By the index too, which this build must be able to make.
    await client.WhenIdleAsync();
    var found = await client.Customers.ListAsync(new() { Search = "conf ada", PageSize = 1_000 });
    Console.WriteLine($"found {found.Items.Count}");
}
catch (KhsCrmException refused)
{
    Console.WriteLine($"refused {refused.Reason}");
}
