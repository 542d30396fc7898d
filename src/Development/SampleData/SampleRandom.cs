namespace KhsCrm.Development.SampleData;

/// <summary>
/// The random numbers of one row (SplitMix64). They depend on the row's kind and number alone, so a row looks the same
/// in every run, on every runtime, however many others there are.
/// </summary>
internal struct SampleRandom(SampleKind kind, int index)
{
    private ulong _state = ((ulong)kind << 56) ^ ((ulong)(uint)index * 0xD1342543DE82EF95UL) ^ 0x4B485343524D0001UL;

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)((NextBits() >> 33) % (ulong)limit);

    /// <summary>True so many times in a hundred.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
