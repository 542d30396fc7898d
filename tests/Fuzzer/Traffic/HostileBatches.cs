using Google.Protobuf;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>Makes the batches of a hostile device, and reads what is left of them after bytes were changed.</summary>
internal sealed class HostileBatches(Accounts.Account account, Pool pool, Random random, HostileDevice device)
{
    private readonly OperationMaker _operations = new(pool, random);
    private Operation? _last;

    /// <summary>The operations that a server finds in a message; null when it is no batch.</summary>
    public static IReadOnlyList<Operation>? Read(byte[] message)
    {
        try
        {
            return SyncStreamRequest.Parser.ParseFrom(message).PushBatch?.Operations;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Remembers the row of an operation that was applied, for others to meet.</summary>
    public void Learn(Operation operation) => _operations.Learn(operation);

    public PushBatch Next()
    {
        var batch = new PushBatch();
        for (var count = random.Next(1, 4); count > 0; count--)
            batch.Operations.Add(NextOperation());
        if (random.Next(8) == 0)
            new FieldMutation(pool, random).Apply(batch);
        return batch;
    }

    private Operation NextOperation()
    {
        var operation = _operations.Next(account.IsOwner);
        operation.ClientSeq = ++device.Seq;
        switch (random.Next(80))
        {
            case 0 when random.Next(5) == 0: operation.ClientSeq = device.Seq++; break; // A gap: 1, 3.
            case 1 when random.Next(5) == 0 && device.Seq > 1: operation.ClientSeq = --device.Seq; break; // Twice: 1, 1.
            case 2 when _last is not null: operation.Id = _last.Id; break;
            case 3: operation.Id = Ids.Odd(operation.Id, random); break;
            case 4: operation.Seen = null; break;
            case 5 when operation.UpdateMask is null: operation.UpdateMask = new() { Paths = { OddValues.Mask(random) } }; break;
            case 6 when operation.Entity.Material is { } material: material.Quantity = random.Next(2) == 0 ? "1\0" : "\\u0000"; break;
            case 7 when operation.Entity.Material is { } material: material.JobId = pool.Pick("session", random); break;
            case 8 when operation.Entity.Material is { } material: material.CreatedAt = OddValues.Time(random); break;
            case 9 or 11 or 12 when operation is { Kind: OperationKind.Update, Entity.Material: not null }: FailInATrigger(operation); break;
            case 10 when operation.Entity.Material is { } material: material.JobId = Ids.New(random); break; // Waits for a job.
        }

        return _last = operation;
    }

    private static void FailInATrigger(Operation operation)
    {
        operation.Entity.Material.Notes = HostileSql.Fails;
        operation.UpdateMask = new() { Paths = { "notes" } };
        operation.ConflictPolicy = ConflictPolicy.LastWriteWins;
    }
}
