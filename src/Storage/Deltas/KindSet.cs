using System.Numerics;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>A set of kinds of entities, as bits numbered by <see cref="EntityType"/>: a cursor keeps the bits of kinds that are not known here.</summary>
/// <param name="Bits">The bits.</param>
public readonly record struct KindSet(ulong Bits)
{
    /// <summary>
    /// The kinds of a caller that names none: those of version 0.9, for ever. A default taken from the server's own list would give
    /// an app kinds that it does not know, and count them as stored.
    /// </summary>
    public static KindSet Default { get; } = Of(
        EntityType.User, EntityType.Customer, EntityType.Job, EntityType.JobAssignment, EntityType.Material, EntityType.JobStatusHistory);

    /// <summary>The kinds that this version knows.</summary>
    public static KindSet Known { get; } = Of(EntityKinds.All.Select(kind => kind.Type));

    /// <summary>The kinds that are for owners alone (DESIGN §8).</summary>
    public static KindSet OfOwner { get; } =
        Of(EntityKinds.All.Where(kind => kind.Route.Audience == Audience.Owner).Select(kind => kind.Type));

    /// <summary>Whether it holds no kind.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>The set of some kinds; numbers that no set can hold are passed over.</summary>
    public static KindSet Of(params IEnumerable<EntityType> types) => new(types.Aggregate(0UL, (bits, type) => bits | Bit(type)));

    /// <summary>Whether a kind is in it.</summary>
    public bool Contains(EntityType type) => (Bits & Bit(type)) != 0;

    /// <summary>Whether all kinds of another set are in it.</summary>
    public bool ContainsAll(KindSet other) => other.Except(this).IsEmpty;

    /// <summary>The kinds of both together.</summary>
    public KindSet Union(KindSet other) => new(Bits | other.Bits);

    /// <summary>The kinds that both have.</summary>
    public KindSet Intersect(KindSet other) => new(Bits & other.Bits);

    /// <summary>The kinds that the other does not have.</summary>
    public KindSet Except(KindSet other) => new(Bits & ~other.Bits);

    /// <summary>The kinds, in the order of their numbers.</summary>
    public IEnumerable<EntityType> ToTypes()
    {
        for (var bits = Bits; bits != 0; bits &= bits - 1)
            yield return (EntityType)BitOperations.TrailingZeroCount(bits);
    }

    private static ulong Bit(EntityType type) => (int)type is > 0 and < 64 ? 1UL << (int)type : 0;
}
