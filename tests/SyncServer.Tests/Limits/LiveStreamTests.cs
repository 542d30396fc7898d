using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Limits;

public sealed class LiveStreamTests
{
    /// <summary>A Guid is sixteen bytes, which no processor writes at once: half of one session and half of another ends neither.</summary>
    [Fact]
    public async Task A_session_is_read_as_a_whole_while_it_changes()
    {
        var (first, second) = (new Guid("11111111-1111-1111-1111-111111111111"), new Guid("22222222-2222-2222-2222-222222222222"));
        using var stream = new StreamRegistry(Options.Create(new LimitOptions())).Open(
            new CurrentUser(Guid.NewGuid(), Role.Owner, first, TimeProvider.System.GetUtcNow()), "local");
        var isDone = false;
        var writer = Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref isDone); i++)
                stream.SessionId = i % 2 == 0 ? second : first;
        }, TestContext.Current.CancellationToken);

        for (var i = 0; i < 3_000_000; i++)
        {
            var read = stream.SessionId;
            Assert.True(read == first || read == second, $"{read}");
        }

        Volatile.Write(ref isDone, true);
        await writer;
    }
}
