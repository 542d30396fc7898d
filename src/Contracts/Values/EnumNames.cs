using System.Collections.Concurrent;
using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace KhsCrm.Contracts.Values;

/// <summary>The values of an enum of the contract as the schema spells them: without the prefix, such as <c>NOT_STARTED</c>.</summary>
public sealed class EnumNames
{
    private const string Unspecified = "UNSPECIFIED";

    private static readonly ConcurrentDictionary<EnumDescriptor, EnumNames> All = new();

    private readonly FrozenDictionary<int, string> _names;
    private readonly FrozenDictionary<string, int> _numbers;

    private EnumNames(EnumDescriptor descriptor)
    {
        Type = descriptor.Name;
        Prefix = descriptor.FindValueByNumber(0).Name[..^Unspecified.Length];
        _names = descriptor.Values.Where(value => value.Number != 0).ToFrozenDictionary(value => value.Number, value => value.Name[Prefix.Length..]);
        _numbers = _names.ToFrozenDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
        string[] names = [.. _names.OrderBy(entry => entry.Key).Select(entry => entry.Value)];
        List = $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    /// <summary>The enum.</summary>
    public string Type { get; }

    /// <summary>What each value's name in the contract begins with, such as <c>JOB_STATUS_</c>.</summary>
    public string Prefix { get; }

    /// <summary>All names, for a sentence.</summary>
    public string List { get; }

    /// <summary>The names of an enum.</summary>
    public static EnumNames Of(EnumDescriptor descriptor) => All.GetOrAdd(descriptor, static one => new(one));

    /// <summary>Whether a number is a value; 0, which is unset, is none.</summary>
    public bool Has(int number) => _names.ContainsKey(number);

    /// <summary>The name of a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public string NameOf(int number) => _names.TryGetValue(number, out var name)
        ? name
        : throw new ArgumentOutOfRangeException(nameof(number), number, $"Not a {Type}.");

    /// <summary>The value with a name; 0 for any other text.</summary>
    public int NumberOf(string name) => _numbers.GetValueOrDefault(name);
}
