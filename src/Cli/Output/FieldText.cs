using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.Cli.Output;

/// <summary>The value of any field of a row as people read it.</summary>
internal static class FieldText
{
    /// <summary>The value of a field.</summary>
    /// <param name="row">The row, in its envelope.</param>
    /// <param name="field">The field's proto name, such as <c>phone</c>.</param>
    /// <returns>The text; <c>nothing</c> in parentheses when the field is empty.</returns>
    public static string Of(Entity? row, string field)
    {
        if (row is null || Message(row) is not { } message || message.Descriptor.FindFieldByName(field) is not { } descriptor)
            return "(nothing)";
        var text = Text(descriptor, descriptor.Accessor.GetValue(message));
        return text.Length == 0 ? "(nothing)" : text;
    }

    private static IMessage? Message(Entity row) =>
        Entity.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(row)?.Accessor.GetValue(row) as IMessage;

    private static string Text(FieldDescriptor field, object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "yes" : "no",
        JobStatus status => Words.Status(status),
        Role role => Words.Role(role),
        Google.Type.Date day => Words.Date(day),
        Timestamp time => Words.Time(time),
        _ => field.FieldType == FieldType.Message ? value.ToString() ?? "" : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };
}
