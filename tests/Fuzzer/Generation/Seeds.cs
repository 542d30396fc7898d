using System.Security.Cryptography;
using System.Text;

namespace KhsCrm.Fuzzer.Generation;

/// <summary>The random numbers of each part of a run, which follow from its seed in every process.</summary>
internal static class Seeds
{
    public static Random Of(int seed, string part) =>
        new(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {part}"))));
}
