using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Refuses an edit of what only the server sets: passed over in silence, it would look as if it had been made.</summary>
internal static class ServerFields
{
    /// <param name="kind">The kind of row.</param>
    /// <param name="before">The row as it is.</param>
    /// <param name="after">The row as the app left it.</param>
    /// <param name="changed">The fields that differ, of those that a client may set.</param>
    /// <exception cref="EditRefusedException">Another field differs.</exception>
    public static void RequireUntouched(EntityKind kind, Entity before, Entity after, IReadOnlyList<string> changed)
    {
        if (kind.GetId(before) != kind.GetId(after))
            throw Refuse("id");
        var expected = before.Clone();
        foreach (var field in changed)
            kind.Copy(field, after, expected);
        if (!expected.Equals(after))
            throw Refuse(Name(kind, expected, after));
    }

    private static EditRefusedException Refuse(string field) =>
        new([new FieldViolation(field, "is set by the server and cannot be changed", ErrorReason.FieldInvalid)]);

    private static string Name(EntityKind kind, Entity expected, Entity after) =>
        kind.AllFields.FirstOrDefault(field => !kind.HasSameValue(field, expected, after)) ?? "etag";
}
