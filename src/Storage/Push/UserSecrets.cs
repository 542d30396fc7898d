using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>What goes with a write to users and is in no message: the first password, and the end of sessions.</summary>
internal static class UserSecrets
{
    /// <summary>Sets the passwords of new users; returns the rows as they stand.</summary>
    public static IEnumerable<NpgsqlBatchCommand> SetPasswords(SubmissionPlan plan) => plan.Fresh
        .Where(planned => !planned.IsRejected && planned.PasswordHash is not null)
        .Select(planned => new NpgsqlBatchCommand(
            $"""
            UPDATE users t SET password_hash = $2, updated_by_id = $3 WHERE t.id = $1 RETURNING {EntityTables.Users.SelectList}
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(planned.Operation.Entity.User.Id) },
                new NpgsqlParameter<string> { TypedValue = planned.PasswordHash! },
                new NpgsqlParameter<Guid> { TypedValue = plan.Actor.UserId },
            },
        });

    /// <summary>Ends the sessions of users whom the batch deactivates, so that they do not come back with the user.</summary>
    public static NpgsqlBatchCommand? EndSessions(IEnumerable<PlannedOperation> operations)
    {
        Guid[] users =
        [
            .. operations.Where(planned => planned is { IsRejected: false, Operation: { Kind: OperationKind.Update, Entity.User: not null } })
                .Select(planned => Guid.Parse(planned.Operation.Entity.User.Id)),
        ];
        return users.Length == 0
            ? null
            : new NpgsqlBatchCommand(
                "DELETE FROM refresh_tokens WHERE user_id IN (SELECT u.id FROM users u WHERE u.id = ANY($1) AND NOT u.is_active)")
            {
                Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = users } },
            };
    }
}
