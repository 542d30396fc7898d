namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>What a writer holds that has ended.</summary>
internal sealed class Nothing : IAsyncDisposable
{
    public static Nothing Held { get; } = new();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
