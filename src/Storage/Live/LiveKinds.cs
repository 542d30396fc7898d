using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Live;

/// <summary>The kinds of entities that the streams of a server want, as one set.</summary>
/// <param name="Types">A set of bits numbered by <see cref="EntityType"/>.</param>
public readonly record struct LiveKinds(int Types)
{
    /// <summary>The kinds of a stream.</summary>
    public static LiveKinds Of(DeltaScope scope) => new(scope.ToCursorScope().Types);

    /// <summary>These and others.</summary>
    public LiveKinds And(LiveKinds other) => new(Types | other.Types);

    internal bool Includes(EntityType type) => (Types & (1 << (int)type)) != 0;
}
