namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>A snapshot: everything below <paramref name="Xmax"/> has ended, but for the transactions that were running.</summary>
internal sealed record ModelSnapshot(int Xmax, int[] Running)
{
    public static ModelSnapshot Empty { get; } = new(1, []);

    public bool Shows(int xid) => xid < Xmax && Array.IndexOf(Running, xid) < 0;

    public bool Equals(ModelSnapshot? other) => other is not null && Xmax == other.Xmax && Running.AsSpan().SequenceEqual(other.Running);

    public override int GetHashCode() => Xmax;
}
