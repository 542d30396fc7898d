namespace KhsCrm.SyncClient.Store;

/// <summary>A row's UUID as the store keys it: 16 bytes in the order of its text.</summary>
internal readonly record struct RowId(Guid Value)
{
    /// <summary>Reads the text form.</summary>
    public static RowId Parse(string id) => new(Guid.ParseExact(id, "D"));

    /// <summary>Reads the text form, if it is one.</summary>
    public static RowId? TryParse(string? id) => Guid.TryParseExact(id, "D", out var value) ? new(value) : null;

    public static RowId Read(ReadOnlySpan<byte> bytes) => new(new Guid(bytes, bigEndian: true));

    public void Write(Span<byte> bytes) => Value.TryWriteBytes(bytes, bigEndian: true, out _);

    /// <summary>The lower-case text form.</summary>
    public override string ToString() => Value.ToString("D");
}
