using System.Buffers;
using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>A delta whose changes are bytes already. It owns pooled memory: dispose of it when it is sent.</summary>
public sealed class EncodedDelta : IDisposable
{
    private readonly DeltaPage _page;

    internal EncodedDelta(DeltaPage page, Delta rest, Cursor next, WorkerJobs? jobs) =>
        (_page, Rest, Next, Jobs) = (page, rest, next, jobs);

    /// <summary>All of the delta but its changes.</summary>
    public Delta Rest { get; }

    internal Cursor Next { get; }

    // Null inside a window.
    internal WorkerJobs? Jobs { get; }

    /// <summary>How many changes there are.</summary>
    public int Count => _page.Count;

    /// <summary>The bytes of the changes: the field <c>changes</c> of a Delta, tags and lengths included.</summary>
    public int ChangesLength => _page.Length;

    /// <summary>Writes the bytes of the changes, in their order.</summary>
    public void CopyChangesTo(IBufferWriter<byte> output) => _page.CopyTo(output);

    /// <summary>The delta as a message, for who needs to look into it.</summary>
    public Delta ToDelta()
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, ChangesLength));
        CopyChangesTo(bytes);
        var delta = Delta.Parser.ParseFrom(bytes.WrittenSpan);
        delta.MergeFrom(Rest);
        return delta;
    }

    /// <inheritdoc />
    public void Dispose() => _page.Dispose();
}
