using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>One stream of a device: a Hello, then batches of which most are valid, until it is refused or has had enough.</summary>
internal sealed class HostileStream(
    CallInvoker invoker, Accounts.Account account, Pool pool, FuzzReport report, Verdicts verdicts, Random random, Metadata credentials)
{
    private const int MostMessages = 150;
    private const int InFlight = 4;
    private const int MostRecorded = 200;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly OperationMaker _operations = new(pool, random);
    private readonly Dictionary<string, Operation> _sent = [];
    private readonly List<byte[]> _record = [];
    private readonly string _device = Ids.New(random);
    private Operation? _last;
    private byte[] _lastBytes = [];
    private ByteString _cursor = ByteString.Empty;
    private long _seq;
    private bool _isBatch;

    private CallRecord Record => new(account.Role, "/khscrm.v1.SyncService/SyncStream", [.. _record]);

    public async Task RunAsync(CancellationToken stop)
    {
        // What is no batch any more after its mutation is not answered: then the stream ends here.
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + Longest;
        using var call = invoker.AsyncDuplexStreamingCall(RawCalls.SyncStream, null, new CallOptions(credentials, deadline, stop));
        try
        {
            await SendAsync(call, MakeHello(), stop);
            var (sent, waiting) = (0, 0);
            while (await call.ResponseStream.MoveNext(stop))
            {
                var message = SyncStreamResponse.Parser.ParseFrom(call.ResponseStream.Current);
                if (message.PushResult is not null)
                    waiting = Math.Max(0, waiting - 1);
                Take(message);
                for (; waiting < InFlight && sent < MostMessages && message.Delta is null or { Checkpoint: true }; sent++)
                {
                    await SendAsync(call, Next(), stop);
                    waiting += _isBatch ? 1 : 0;
                }

                if (sent >= MostMessages && waiting == 0)
                    return;
            }
        }
        catch (RpcException exception) when (!stop.IsCancellationRequested)
        {
            if (exception.StatusCode == StatusCode.DeadlineExceeded)
                return;
            verdicts.Judge(exception, Record);
            throw;
        }
    }

    private byte[] MakeHello()
    {
        var hello = new Hello { DeviceId = _device, AppVersion = "fuzz/1", ProtocolVersion = 1, NextClientSeq = 1 };
        if (random.Next(3) != 0)
            hello.EntityTypes.Add(random.Next(6) == 0 ? EntityType.ActivityLog : EntityType.User);
        if (random.Next(6) == 0)
            new FieldMutation(pool, random).Apply(hello);
        return Finish(new SyncStreamRequest { Hello = hello }, mutates: 30);
    }

    private byte[] Next()
    {
        switch (random.Next(60))
        {
            case 0: return Finish(new() { CursorAck = new CursorAck { Cursor = _cursor } }, mutates: 4);
            case 1: return Finish(new() { DigestRequest = (DigestRequest)new MessageMaker(pool, random).Make(DigestRequest.Descriptor) }, mutates: 6);
            case 2 when random.Next(4) == 0: return MakeHello();
            case 3: return _lastBytes;
        }

        var batch = new PushBatch();
        for (var count = random.Next(1, 4); count > 0; count--)
            batch.Operations.Add(NextOperation());
        if (random.Next(5) == 0)
            new FieldMutation(pool, random).Apply(batch);
        return Finish(new() { PushBatch = batch }, mutates: 60);
    }

    private Operation NextOperation()
    {
        var operation = _operations.Next(account.IsOwner);
        operation.ClientSeq = ++_seq;
        switch (random.Next(40))
        {
            case 0: operation.ClientSeq = _seq++; break; // A gap: 1, 3.
            case 1 when _seq > 1: operation.ClientSeq = --_seq; break; // Twice: 1, 1.
            case 2 when _last is not null: operation.Id = _last.Id; break;
            case 3: operation.Id = Ids.Odd(operation.Id, random); break;
            case 4: operation.Seen = null; break;
            case 5 when operation.UpdateMask is null: operation.UpdateMask = new() { Paths = { OddValues.Mask(random) } }; break;
            case 6 when operation.Entity.Material is { } material: material.Quantity = random.Next(2) == 0 ? "1\0" : "\\u0000"; break;
            case 7 when operation.Entity.Material is { } material: material.JobId = pool.Pick("session", random); break;
            case 8 when operation.Entity.Material is { } material: material.CreatedAt = OddValues.Time(random); break;
        }

        _sent[operation.Id] = operation;
        return _last = operation;
    }

    private byte[] Finish(SyncStreamRequest request, int mutates)
    {
        report.Sent($"{request.MessageCase}");
        _isBatch = request.PushBatch is not null;
        var bytes = request.ToByteArray();
        return _lastBytes = random.Next(mutates) == 0 ? ByteMutation.Apply(bytes, random) : bytes;
    }

    private Task SendAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, byte[] message, CancellationToken stop)
    {
        if (_record.Count < MostRecorded)
            _record.Add(message);
        return call.RequestStream.WriteAsync(message, stop);
    }

    private void Take(SyncStreamResponse message)
    {
        if (message.Delta is { } delta)
            _cursor = delta.Cursor;
        var isEffective = message.Welcome is not null;
        foreach (var result in message.PushResult?.Results ?? [])
        {
            var operation = _sent.GetValueOrDefault(result.OperationId);
            verdicts.Judge(result, $"{operation?.Kind} {operation?.Entity?.RowCase}", Record);
            if (operation is null)
                continue;
            report.Answered(account.Role, operation, result);
            if (result.Outcome is not (OperationOutcome.Applied or OperationOutcome.Merged))
                continue;
            isEffective = true;
            _operations.Learn(operation);
        }

        if (isEffective)
            report.TookEffect();
    }
}
