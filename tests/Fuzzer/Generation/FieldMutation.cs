using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Fuzzer.Generation;

/// <summary>Changes one field, somewhere in a message, to a value that it was not made for.</summary>
internal sealed class FieldMutation(Pool pool, Random random)
{
    public void Apply(IMessage message)
    {
        var at = Descend(message);
        var fields = at.Descriptor.Fields.InDeclarationOrder();
        if (fields.Count == 0)
            return;
        var field = fields[random.Next(fields.Count)];
        if (field.IsMap)
            return;
        if (field.IsRepeated)
        {
            Repeat((System.Collections.IList)field.Accessor.GetValue(at), field);
            return;
        }

        if (at is Timestamp time)
            time.MergeFrom(OddValues.Time(random));
        else if (random.Next(5) == 0)
            field.Accessor.Clear(at);
        else if (Value(field) is { } value)
            field.Accessor.SetValue(at, value);
    }

    private IMessage Descend(IMessage message)
    {
        while (random.Next(6) != 0)
        {
            List<IMessage> children = [];
            foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message && !field.IsMap))
            {
                if (field.IsRepeated)
                    children.AddRange(((System.Collections.IEnumerable)field.Accessor.GetValue(message)).Cast<IMessage>());
                else if (field.Accessor.GetValue(message) is IMessage child)
                    children.Add(child);
            }

            if (children.Count == 0)
                return message;
            message = children[random.Next(children.Count)];
        }

        return message;
    }

    private void Repeat(System.Collections.IList list, FieldDescriptor field)
    {
        switch (random.Next(4))
        {
            case 0 when list.Count > 0:
                list.Add(list[random.Next(list.Count)]);
                break;
            case 1 when list.Count > 0:
                list.RemoveAt(random.Next(list.Count));
                break;
            case 2 when list.Count > 1:
                (list[0], list[^1]) = (list[^1], list[0]);
                break;
            default:
                if (Value(field) is { } value)
                    list.Add(value);
                break;
        }
    }

    private object? Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String when field.Name == "paths" => OddValues.Mask(random),
        FieldType.String when field.Name.EndsWith("id", StringComparison.Ordinal) || field.Name.EndsWith("ids", StringComparison.Ordinal) =>
            random.Next(3) switch
            {
                0 => pool.Pick("session", random),
                1 => pool.Pick("any", random),
                _ => Ids.Odd(pool.Pick("any", random), random),
            },
        FieldType.String => OddValues.Text(random),
        FieldType.Bytes => ByteString.CopyFrom(Bytes()),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => System.Enum.ToObject(field.EnumType.ClrType, random.Next(-1, 100)),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => unchecked((int)OddValues.Number(random)),
        FieldType.UInt32 or FieldType.Fixed32 => unchecked((uint)OddValues.Number(random)),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => OddValues.Number(random),
        FieldType.UInt64 or FieldType.Fixed64 => unchecked((ulong)OddValues.Number(random)),
        FieldType.Message => field.MessageType.FullName == "google.protobuf.Timestamp"
            ? OddValues.Time(random)
            : new MessageMaker(pool, random).Make(field.MessageType, depth: 2),
        _ => null,
    };

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(0, 4) == 0 ? random.Next(60_000) : random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

}
