using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tables;

/// <summary>The enums that statements of their own name, as the schema spells them.</summary>
internal static class EnumText
{
    private static readonly EnumNames Statuses = EnumNames.Of(Job.Descriptor.FindFieldByName("status").EnumType);
    private static readonly EnumNames Roles = EnumNames.Of(User.Descriptor.FindFieldByName("role").EnumType);

    public static string Of(JobStatus status) => Statuses.NameOf((int)status);

    public static string Of(Role role) => Roles.NameOf((int)role);

    public static Role Role(string text) => (Role)Roles.NumberOf(text);
}
