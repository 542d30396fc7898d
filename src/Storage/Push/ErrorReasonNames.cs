using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>The names of error reasons on the wire: those of the proto enum without its prefix.</summary>
internal static class ErrorReasonNames
{
    private const string Prefix = "ERROR_REASON_";

    private static readonly FrozenDictionary<ErrorReason, string> Names =
        ErrorReasonReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(ErrorReason)).Values
            .ToFrozenDictionary(value => (ErrorReason)value.Number, value => value.Name[Prefix.Length..]);

    public static string Of(ErrorReason reason) => Names[reason];
}
