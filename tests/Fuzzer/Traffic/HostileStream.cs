using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>One stream of a device: a Hello, then batches of which most are valid, until it is refused or has had enough.</summary>
internal sealed class HostileStream(
    CallInvoker invoker, Accounts.Account account, Pool pool, FuzzReport report, Verdicts verdicts, Random random, Metadata credentials, HostileDevice device)
{
    private const int MostMessages = 1_000;
    private const int InFlight = 12;

    // Nobody waits so long for an answer: it hangs.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(2);
    private readonly HostileBatches _batches = new(account, pool, random, device);
    private readonly Queue<SentBatch> _waiting = [];
    private readonly List<byte[]> _record = [];
    private byte[] _lastMessage = [];

    private CallRecord Record => new(account.Role, "/khscrm.v1.SyncService/SyncStream", [.. _record]);

    public async Task RunAsync(CancellationToken stop)
    {
        using var hung = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, hung.Token);
        using var call = invoker.AsyncDuplexStreamingCall(RawCalls.SyncStream, null, new CallOptions(credentials, cancellationToken: either.Token));
        try
        {
            hung.CancelAfter(Hung);
            var isOpen = await TrySendAsync(call, Hello());
            for (var sent = 0; await call.ResponseStream.MoveNext(CancellationToken.None);)
            {
                var message = Read(call.ResponseStream.Current);
                var unanswered = _waiting.Count;
                Take(message);
                // A heartbeat is no sign that the batch gets its answer.
                if (unanswered == 0 || _waiting.Count < unanswered)
                    hung.CancelAfter(Hung);
                for (; isOpen && _waiting.Count < InFlight && sent < MostMessages && message.Delta is null or { Checkpoint: true }; sent++)
                    isOpen = await TrySendAsync(call, Next());
                if (sent >= MostMessages && _waiting.Count == 0)
                    return;
            }
        }
        catch (RpcException exception) when (!stop.IsCancellationRequested)
        {
            var reason = Verdicts.Reason(exception);
            device.IsSpent |= _waiting.Count > 0 || reason is "SEQUENCE_GAP" or "DEVICE_FORKED" or "DEVICE_NOT_YOURS" or "DEVICE_REVOKED";
            if (hung.IsCancellationRequested && _waiting.Count > 0)
                report.Found(new FuzzFinding("a batch is never answered", $"{_waiting.Peek().Operations}", Record));
            if (reason == "DEVICE_FORKED" && _waiting.TryPeek(out var first) && first is { FirstTime: not null, IsOfAnotherDevice: false })
                report.Found(new FuzzFinding("a batch that was answered is not known when it is sent again", $"{first.Operations} {first.FirstTime.Results}", Record));
            if (reason == "SEQUENCE_GAP" && _waiting.TryPeek(out var gap) && !gap.IsDense)
                report.Found(new FuzzFinding("numbers that do not fit together are told to be sent again", $"{gap.Operations}", Record));
            verdicts.Judge(exception, Record);
            throw;
        }
        catch
        {
            device.IsSpent |= _waiting.Count > 0;
            throw;
        }
    }

    private SyncStreamResponse Read(byte[] answer)
    {
        try
        {
            return SyncStreamResponse.Parser.ParseFrom(answer);
        }
        catch (InvalidProtocolBufferException exception)
        {
            report.Found(new FuzzFinding("an answer that is no message", $"{exception.Message} {Convert.ToHexString(answer)}", Record));
            throw new InvalidOperationException("The answer is no message.", exception);
        }
    }

    private byte[] Hello()
    {
        var hello = new Hello { DeviceId = device.Id, AppVersion = "fuzz/1", ProtocolVersion = 1, NextClientSeq = device.Seq + 1, Cursor = device.Cursor };
        if (random.Next(6) == 0)
            hello.EntityTypes.Add(random.Next(2) == 0 ? EntityType.ActivityLog : EntityType.User);
        if (random.Next(12) == 0)
            new FieldMutation(pool, random).Apply(hello);
        return Finish(new SyncStreamRequest { Hello = hello }, mutates: 40);
    }

    private byte[] Next()
    {
        switch (random.Next(80))
        {
            case 0: return Finish(new() { CursorAck = new CursorAck { Cursor = device.Cursor } }, mutates: 20);
            case 1: return Finish(new() { DigestRequest = (DigestRequest)new MessageMaker(pool, random).Make(DigestRequest.Descriptor) }, mutates: 20);
            case 2 when random.Next(16) == 0: return Hello();
            case 3 when random.Next(16) == 0: return Count(_lastMessage, "a message twice");
            case < 8 when device.Again() is { } again: return Send(again, "PushBatch again");
            case 8 when device.OfAnother() is { } others: return Send(others, "PushBatch of another device");
        }

        var batch = _batches.Next();
        // Most of these end the stream, and a Hello costs as much as a hundred batches.
        return Finish(new() { PushBatch = batch }, mutates: 400);
    }

    private byte[] Send(SentBatch batch, string name)
    {
        report.Sent(name);
        _waiting.Enqueue(batch);
        return batch.Message;
    }

    private byte[] Finish(SyncStreamRequest request, int mutates)
    {
        var bytes = request.ToByteArray();
        if (random.Next(mutates) == 0)
            bytes = ByteMutation.Apply(bytes, random);
        return _lastMessage = Count(bytes, $"{request.MessageCase}");
    }

    // What the server will read in the bytes decides whether an answer is waited for.
    private byte[] Count(byte[] bytes, string name)
    {
        report.Sent(name);
        if (HostileBatches.Read(bytes) is { } operations)
            _waiting.Enqueue(new SentBatch(bytes, operations));
        return bytes;
    }

    // A write may hear of the end of the stream before the answers that came until then are read: the reading says how it ended.
    private async Task<bool> TrySendAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, byte[] message)
    {
        _record.Add(message);
        try
        {
            await call.RequestStream.WriteAsync(message);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Take(SyncStreamResponse message)
    {
        if (message.Delta is { } delta)
            device.Cursor = delta.Cursor;
        if (message.ResyncRequired is not null)
            device.Cursor = ByteString.Empty;
        if (message.Welcome is not null)
            report.TookEffect();
        if (message.PushResult is not { } answer || !_waiting.TryPeek(out var batch) || !batch.TryAnswer(answer))
            return;
        _waiting.Dequeue();
        for (var i = 0; i < batch.Operations.Count; i++)
            Judge(batch, i);
        if (batch.FirstTime is null)
            device.Keep(batch);
        if (batch.Results.Any(result => result.Outcome is OperationOutcome.Applied or OperationOutcome.Merged or OperationOutcome.Deferred))
            report.TookEffect();
    }

    private void Judge(SentBatch batch, int index)
    {
        var (operation, result) = (batch.Operations[index], batch.Results[index]);
        report.Answered(account.Role, operation, result);
        if (HostileSql.MayFail(operation))
            report.Reached($"{result.Outcome} {Verdicts.Reason(result.Status)} where a trigger may fail");
        else
            verdicts.Judge(result, $"{operation.Kind} {operation.Entity?.RowCase}", Record);
        var broken = batch.FirstTime is null ? Promises.Broken(account.Role, operation, result) : Promises.Broken(batch, index);
        if (batch.FirstTime is null && device.IsTaken(operation) && result is { Outcome: OperationOutcome.Duplicate, FirstOutcome: OperationOutcome.Applied })
            broken = "an operation is told what became of another one with its id";
        if (broken is not null)
            report.Found(new FuzzFinding(broken, $"{operation} {result} {batch.FirstTime?.Results[index]}", Record));
        if (result.Outcome is OperationOutcome.Applied or OperationOutcome.Merged)
            _batches.Learn(operation);
    }
}
