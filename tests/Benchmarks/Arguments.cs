using System.Globalization;

namespace KhsCrm.Benchmarks;

/// <summary>The command line: a verb, then <c>--name value</c> pairs.</summary>
internal sealed record Arguments(string Verb, IReadOnlyDictionary<string, string> Options)
{
    public string? Connection => Options.GetValueOrDefault("connection");

    public static Arguments Parse(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i + 1 < args.Length; i += 2)
            options[args[i].TrimStart('-')] = args[i + 1];
        return new Arguments(args.FirstOrDefault() ?? "", options);
    }

    public int Number(string name, int otherwise) =>
        Options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public static int Explain()
    {
        Console.Error.WriteLine(
            """
            Benchmarks audit  [--rows 10000] [--single 2000] [--rounds 5]
                what the triggers cost: the same statements with them on and off
            Benchmarks client [--customers 20000] [--jobs 60000] [--materials 800000] [--waits-only 1]
                a device with many rows: what its user waits for while they arrive, searches, first sync, queries, live queries,
                memory and file; the store beside its floor
            Benchmarks compare --before DLL [--rounds 20]
                what an operation and a live change cost in this build and in another one of this program, in turn (scripts/compare)
            Benchmarks fanout [--streams 1000,5000,10000] [--changes N] [--single 20] [--rounds 3]
                deliveries to live streams, and commit to device, against a raw gRPC broadcast
            Benchmarks idle   [--streams 10000] [--seconds 40]
                memory and statements of streams that nothing is written for
            Benchmarks plans
                how the query patterns run on the sample data that is there
            Benchmarks push   [--operations 60000] [--singles 20000] [--streams 1000] [--plain 1000] [--rounds 5] [--warm-up 80000]
                durable operations a second over real streams, against the same rows by plain SQL
            Benchmarks pull   [--customers 10000] [--jobs 40000] [--materials 400000] [--rounds 5] [--warm-up 2]
                first sync over the wire against COPY, and into a device's file against the same upserts
            Benchmarks rpc    [--customers 100000] [--jobs 200000] [--materials 2000000] [--rounds 500]
                the latency of each RPC that reads, beside its bare SQL; loading the default takes minutes
            Benchmarks sample [--customers 25] [--jobs 40] [--materials 200]
                loads the sample data, and says how long it took and how much memory
            All take --connection STRING (a private cluster without it) and --report FILE (artifacts/bench.json).
            """);
        return 2;
    }
}
