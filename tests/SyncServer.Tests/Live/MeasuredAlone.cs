using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>Tests that measure the memory of the process: nothing else may run in it meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "alone";
}
