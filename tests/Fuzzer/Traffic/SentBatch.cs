using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>A batch that a hostile device sent.</summary>
/// <param name="Message">The message as it was sent.</param>
/// <param name="Operations">What a server reads in it.</param>
/// <param name="FirstTime">The answered batch that this one repeats; null when it is new.</param>
/// <param name="IsOfAnotherDevice">Whether the repeated batch was another device's, with other numbers.</param>
internal sealed record SentBatch(byte[] Message, IReadOnlyList<Operation> Operations, SentBatch? FirstTime = null, bool IsOfAnotherDevice = false)
{
    /// <summary>The answer, an operation each; empty while there is none.</summary>
    public IReadOnlyList<OperationResult> Results { get; private set; } = [];

    /// <summary>Whether each number is one more than the one before. The same batch again makes no other one better.</summary>
    public bool IsDense => Operations.Zip(Operations.Skip(1)).All(pair => pair.Second.ClientSeq == pair.First.ClientSeq + 1);

    /// <summary>Takes an answer, if it is this batch's: late results of deferred operations are not.</summary>
    public bool TryAnswer(PushResult answer)
    {
        if (answer.Results.Count != Operations.Count
            || !answer.Results.Zip(Operations).All(pair => pair.First.ClientSeq == pair.Second.ClientSeq && pair.First.OperationId == pair.Second.Id))
        {
            return false;
        }

        Results = [.. answer.Results];
        return true;
    }
}
