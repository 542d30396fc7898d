using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>What a recorded device does.</summary>
public sealed record RecordedDeviceOptions
{
    /// <summary>Makes the next batch; null for nothing now.</summary>
    public Func<List<Operation>?> Next { get; init; } = () => null;

    /// <summary>How many batches wait for their answer at a time.</summary>
    public int InFlight { get; init; } = 3;

    /// <summary>Whether it stays connected; otherwise it leaves at each checkpoint, and comes back with its cursor.</summary>
    public bool IsLive { get; init; } = true;

    /// <summary>The kinds that it names, obeying what begins anew; empty for a device that names nothing.</summary>
    public IReadOnlyList<EntityType> EntityTypes { get; init; } = [];

    /// <summary>After how many checkpoints of a stream even a live device leaves, and comes back with its cursor.</summary>
    public int CheckpointsOfStream { get; init; } = int.MaxValue;

    /// <summary>How long it waits before it comes back.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The user whose version tells how far the device has read.</summary>
    public string MarkerId { get; init; } = "";

    /// <summary>Called for each answered operation.</summary>
    public Action<Operation, OperationResult> OnResult { get; init; } = (_, _) => { };

    /// <summary>Called when the stream broke.</summary>
    public Action<RpcException> OnBroken { get; init; } = _ => { };
}
