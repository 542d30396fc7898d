namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>One schedule: which of writers, readers, pumps, WAL writer, standby and faults acts next follows from its number.</summary>
internal static class ModelSchedule
{
    private const int Steps = 60;

    /// <summary>Runs a schedule.</summary>
    /// <returns>What it broke; null for nothing.</returns>
    public static string? Run(int number, ModelRules rules, Action<string>? trace = null)
    {
        var random = new Random(number);
        var cluster = new ModelCluster();
        List<ModelWriter> writers = [];
        // Two servers' pumps and two devices with stored cursors.
        ModelReader[] readers = [new(isPump: true), new(isPump: true), new(isPump: false), new(isPump: false)];
        var row = 0;
        for (var step = 0; step < Steps; step++)
        {
            var what = random.Next(20);
            trace?.Invoke($"{what}: next of {writers.Count} writers, flushed {cluster.Primary.Flushed} of {cluster.Primary.Inserted}, standby {cluster.Received}");
            switch (what)
            {
                case < 3 when writers.Count < 4:
                    writers.Add(new ModelWriter((WriterKind)random.Next(7), ++row));
                    break;
                case < 9:
                    Step(writers, random, cluster, rules);
                    break;
                case < 14:
                    readers[random.Next(readers.Length)].Step(cluster, rules);
                    break;
                case 14:
                    cluster.Primary.Flush(cluster.Primary.Flushed + random.Next(1, 3));
                    break;
                case < 17:
                    cluster.Stream();
                    break;
                case 17:
                    readers[^1].ReadStandby(cluster, rules);
                    break;
                case 18 when random.Next(3) == 0:
                    cluster.FailOver();
                    break;
                case 19 when random.Next(2) == 0:
                    cluster.Primary.Crash();
                    break;
            }

            writers.RemoveAll(writer => writer.IsOver);
        }

        return End(cluster, writers, readers, rules);
    }

    private static void Step(List<ModelWriter> writers, Random random, ModelCluster cluster, ModelRules rules)
    {
        if (writers.Count > 0)
            writers[random.Next(writers.Count)].Step(cluster.Primary, cluster.Received, rules);
    }

    // All writers end, everybody reads, and then everybody has to hold what the database holds.
    private static string? End(ModelCluster cluster, List<ModelWriter> writers, ModelReader[] readers, ModelRules rules)
    {
        for (var round = 0; round < 8; round++)
        {
            foreach (var writer in writers.Where(writer => !writer.IsOver))
                writer.Step(cluster.Primary, cluster.Received, rules);
            cluster.StreamAll();
        }

        for (var round = 0; round < 12; round++)
        {
            foreach (var reader in readers)
                reader.Step(cluster, rules);
            cluster.StreamAll();
        }

        var rows = cluster.Primary.Rows.Select(row => row.Row).ToHashSet();
        for (var i = 0; i < readers.Length; i++)
        {
            if (!readers[i].Held.SetEquals(rows))
            {
                return $"reader {i} lacks [{string.Join(", ", rows.Except(readers[i].Held))}] and has "
                    + $"[{string.Join(", ", readers[i].Held.Except(rows))}] too much";
            }

            // The standby of a synchronous cluster has all that was shown: a failover tells nobody to begin anew.
            if (rules.IsSynchronous && readers[i].Resyncs > 0)
                return $"reader {i} was told to begin anew";
        }

        return null;
    }
}
