namespace KhsCrm.Fuzzer.Generation;

/// <summary>Changes the bytes of an encoded message.</summary>
internal static class ByteMutation
{
    public static byte[] Apply(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        var (at, length) = (random.Next(bytes.Length), random.Next(1, 9));
        switch (random.Next(5))
        {
            case 0:
                var flipped = (byte[])bytes.Clone();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + length)..]];
            case 2:
                var inserted = new byte[length];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 3:
                return [.. bytes, .. bytes[at..]];
            default:
                return bytes[..at];
        }
    }
}
