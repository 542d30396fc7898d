using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// Cuts what became of operations into messages that a gRPC client takes by default (4 MiB): what conflicts show has the size
/// of the rows, and a device that could not take its result would be told the same again for ever.
/// </summary>
internal static class PushResultParts
{
    // A part has one result at least, which may show three of the largest rows.
    private const int MaxBytes = 2_621_440;

    /// <summary>The parts, in order; of the usual size it is the whole.</summary>
    public static IEnumerable<PushResult> Of(PushResult whole)
    {
        if (whole.CalculateSize() <= MaxBytes)
        {
            yield return whole;
            yield break;
        }

        var part = new PushResult();
        var bytes = 0;
        foreach (var result in whole.Results)
        {
            var size = result.CalculateSize();
            if (part.Results.Count > 0 && bytes + size > MaxBytes)
            {
                // What is answered so far. Operations that had waited have no place in the sequence any more.
                part.LastClientSeq = whole.LastClientSeq == 0 ? 0 : part.Results[^1].ClientSeq;
                yield return part;
                (part, bytes) = (new PushResult(), 0);
            }

            part.Results.Add(result);
            bytes += size;
        }

        part.LastClientSeq = whole.LastClientSeq;
        yield return part;
    }
}
