using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Push.Model;

/// <summary>A device of the model test: what it pushed, and what it was told.</summary>
internal sealed class ModelDevice(Outbox outbox, Random random)
{
    private readonly List<Operation> _pushed = [];
    private readonly Dictionary<string, string> _outcomes = [];

    public Outbox Outbox => outbox;

    /// <summary>New operations, behind a replay of any part of what was pushed before, or a replay alone.</summary>
    public List<Operation> NextBatch(RandomOperations operations)
    {
        var count = _pushed.Count;
        if (count > 0 && random.Next(4) == 0)
        {
            var first = random.Next(count);
            return _pushed.GetRange(first, random.Next(1, Math.Min(8, count - first) + 1));
        }

        var overlap = random.Next(3) == 0 ? random.Next(Math.Min(4, count) + 1) : 0;
        var batch = _pushed.GetRange(count - overlap, overlap);
        var fresh = Enumerable.Range(0, random.Next(1, 7)).Select(_ => operations.Next(outbox)).ToList();
        batch.AddRange(fresh);
        _pushed.AddRange(fresh);
        return batch;
    }

    /// <summary>Holds results against the model, and replays against what was told before.</summary>
    public void Check(WriteModel model, List<Operation> batch, IReadOnlyList<OperationResult> results)
    {
        Assert.Equal(batch.Select(one => one.Id), results.Select(result => result.OperationId));
        for (var i = 0; i < batch.Count; i++)
        {
            if (_outcomes.TryGetValue(batch[i].Id, out var told))
            {
                Assert.Equal(OperationOutcome.Duplicate, results[i].Outcome);
                Assert.Equal(told, TextOf(results[i]));
                continue;
            }

            var isOwner = outbox.Actor.Role == Role.Owner;
            var expected = model.Push($"{outbox.Actor.UserId}", isOwner, batch[i]);
            Assert.True(expected == TextOf(results[i]), $"{batch[i]}\nexpected {expected}, was {results[i]}");
            _outcomes[batch[i].Id] = expected;
        }
    }

    /// <summary>Takes note of a final result, if the operation is this device's.</summary>
    public void Settle(string operation, string outcome)
    {
        if (_outcomes.ContainsKey(operation))
            _outcomes[operation] = outcome;
    }

    /// <summary>The outcome, the first one of a duplicate, or the reason of a rejection.</summary>
    public static string TextOf(OperationResult result)
    {
        var outcome = result.Outcome == OperationOutcome.Duplicate ? result.FirstOutcome : result.Outcome;
        return outcome == OperationOutcome.Rejected ? Outbox.Reason(result) : $"{outcome}";
    }
}
