using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>Something that a client sent, saw or did. A history is a sequence of them in the order of real time.</summary>
public abstract record HistoryEvent;

/// <summary>A device is about to say Hello or to call Pull: whatever it is told from here on was read later.</summary>
/// <param name="Device">The device.</param>
public sealed record Asked(HistoryDevice Device) : HistoryEvent;

/// <summary>A device is about to send an operation.</summary>
/// <param name="Device">The device.</param>
/// <param name="Operation">The operation.</param>
public sealed record Sent(HistoryDevice Device, Operation Operation) : HistoryEvent;

/// <summary>A device received the result of an operation.</summary>
/// <param name="Device">The device.</param>
/// <param name="Result">The result.</param>
public sealed record Answered(HistoryDevice Device, OperationResult Result) : HistoryEvent;

/// <summary>A device received a delta.</summary>
/// <param name="Device">The device.</param>
/// <param name="Delta">The delta.</param>
public sealed record Received(HistoryDevice Device, Delta Delta) : HistoryEvent;

/// <summary>A device was told how far its outbox has been taken, by a Welcome or a PushResult.</summary>
/// <param name="Device">The device.</param>
/// <param name="LastClientSeq">The last number taken.</param>
public sealed record ToldSeq(HistoryDevice Device, long LastClientSeq) : HistoryEvent;

/// <summary>A device was told to take everything anew.</summary>
/// <param name="Device">The device.</param>
public sealed record ResyncTold(HistoryDevice Device) : HistoryEvent;

/// <summary>Another program's write was committed durably, and its commit was confirmed.</summary>
/// <param name="Row">The row.</param>
/// <param name="Version">Its <c>updated_at</c>, in microseconds since 1970.</param>
public sealed record Wrote(RowKey Row, long Version) : HistoryEvent;

/// <summary>A user is about to be assigned to a job.</summary>
/// <param name="UserId">The user.</param>
/// <param name="JobId">The job.</param>
public sealed record ScopeMayBegin(string UserId, string JobId) : HistoryEvent;

/// <summary>A user was unassigned from a job, and the commit was confirmed.</summary>
/// <param name="UserId">The user.</param>
/// <param name="JobId">The job.</param>
public sealed record ScopeEnded(string UserId, string JobId) : HistoryEvent;

/// <summary>Two rows that transactions write only together, with the same notes. At a checkpoint they are equal.</summary>
/// <param name="Left">A customer, job or material.</param>
/// <param name="Right">Another one.</param>
public sealed record Paired(RowKey Left, RowKey Right) : HistoryEvent;
