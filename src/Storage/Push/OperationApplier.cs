using System.Runtime.ExceptionServices;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The one writer of entities (DESIGN §5): authorise, validate, decide in memory, write in sets. The
/// effects, the ledger and the device's sequence are one transaction, so an operation takes effect once whatever is
/// retried and whoever crashes.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="deferral">Whether and for how long operations wait for rows; null for not at all.</param>
/// <param name="logger">Takes the faults that operations meet; null for nobody.</param>
public sealed class OperationApplier(
    NpgsqlDataSource dataSource,
    TimeProvider timeProvider,
    IOptions<DeferralOptions>? deferral = null,
    ILogger<OperationApplier>? logger = null)
{
    private readonly OperationFaults _faults = new(logger ?? NullLogger<OperationApplier>.Instance);

    private readonly int? _waiting = deferral is { Value: { MaxRetries: > 0 } options } ? options.MaxWaitingPerDevice : null;

    /// <summary>Applies the one operation of a typed RPC, on the same path as a push.</summary>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="role">The role of their session; the database has the last word.</param>
    /// <param name="write">The operation.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the operation is in effect.</param>
    public Task<PushOutcome> ApplyAsync(Guid userId, Role role, SingleWrite write, CancellationToken cancellationToken) =>
        ApplyAsync(ToSubmission(userId, role, write), cancellationToken);

    /// <summary>Applies a batch of a device's operations.</summary>
    /// <param name="actor">Who pushes.</param>
    /// <param name="operations">The operations, their <c>client_seq</c> ascending without gaps.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the batch is in effect.</param>
    public Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        ApplyAsync(ToSubmission(actor, operations), cancellationToken);

    internal static Submission ToSubmission(Guid userId, Role role, SingleWrite write)
    {
        write.Operation.ClientSeq = 0;
        return new Submission(new Actor(userId, role, null), [write]);
    }

    internal static Submission ToSubmission(Actor actor, IReadOnlyList<Operation> operations) =>
        new(actor, operations.Select(operation => new SingleWrite(operation)).ToList());

    /// <summary>Applies submissions that wait for any lock for as long as it takes, before anything is decided.</summary>
    internal Task ApplyLockedAsync(IReadOnlyList<Submission> group, CancellationToken cancellationToken) =>
        ApplyAsync(group, dataSource, lockTimeout: null, locks: true, cancellationToken);

    /// <summary>
    /// Applies submissions of several callers in one transaction, or, where that meets something, in several. Each has its
    /// outcome afterwards, or a failure of its own; when this throws, those that were committed have theirs.
    /// </summary>
    /// <param name="group">The submissions; no device is in it twice.</param>
    /// <param name="connections">Where the connection comes from.</param>
    /// <param name="lockTimeout">How long a lock that somebody else holds is waited for; null for as long as it takes.</param>
    /// <param name="locks">Whether the rows are to be locked before anything is decided, though nobody else may want them.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    internal Task ApplyAsync(
        IReadOnlyList<Submission> group,
        NpgsqlDataSource connections,
        TimeSpan? lockTimeout,
        bool locks,
        CancellationToken cancellationToken)
    {
        foreach (var one in group.SelectMany(submission => submission.Writes))
        {
            if (one.Error is { } error)
                one.Fault ??= _faults.Report(one.Operation.Id, error);
        }

        return new GroupRun(connections, timeProvider, _waiting, lockTimeout, _faults, cancellationToken).ApplyAsync(group, locks);
    }

    private async Task<PushOutcome> ApplyAsync(Submission submission, CancellationToken cancellationToken)
    {
        await ApplyAsync([submission], dataSource, lockTimeout: null, locks: false, cancellationToken);
        if (submission.Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        return submission.Outcome!;
    }
}
