namespace KhsCrm.Storage.Push;

/// <summary>What became of a submission: an outcome once its transaction is committed, or why there is none.</summary>
internal readonly record struct SubmissionResult(PushOutcome? Outcome, Exception? Failure);
