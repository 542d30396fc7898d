using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Fuzzer.Generation;

/// <summary>Fills any message of the contract by its descriptor, so that most of them are valid.</summary>
internal sealed class MessageMaker(Pool pool, Random random)
{
    private const int Deepest = 4;

    public IMessage Make(MessageDescriptor descriptor, int depth = 0)
    {
        var message = (IMessage)Activator.CreateInstance(descriptor.ClrType)!;
        if (message is Timestamp time)
        {
            time.Seconds = 1_700_000_000 + random.Next(50_000_000);
            return message;
        }

        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.RealContainingOneof is null && random.Next(8) != 0)
                Set(message, field, depth);
        }

        foreach (var choice in descriptor.Oneofs.Where(choice => !choice.IsSynthetic))
            Set(message, choice.Fields[random.Next(choice.Fields.Count)], depth);
        return message;
    }

    private void Set(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap || (field.FieldType == FieldType.Message && depth >= Deepest))
            return;
        if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            for (var count = random.Next(0, 3); count > 0; count--)
                list.Add(Value(message, field, depth));
            return;
        }

        field.Accessor.SetValue(message, Value(message, field, depth));
    }

    private object Value(IMessage message, FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Make(field.MessageType, depth + 1),
        FieldType.String => Text(message.Descriptor, field),
        FieldType.Bytes => ByteString.CopyFromUtf8(random.Next(3) == 0 ? OddValues.Text(random) : ""),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => System.Enum.ToObject(field.EnumType.ClrType, field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Number),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => random.Next(0, 60),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)random.Next(0, 60),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long)random.Next(0, 60),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)random.Next(0, 60),
        FieldType.Float => (float)random.NextDouble(),
        _ => random.NextDouble(),
    };

    private string Text(MessageDescriptor owner, FieldDescriptor field) => field.Name switch
    {
        "id" => random.Next(2) == 0 ? pool.Pick(Kind(owner.Name), random) : Ids.New(random),
        "request_id" or "operation_id" or "device_id" => Ids.New(random),
        "job_id" => pool.Pick("job", random),
        "customer_id" or "customer_ids" => pool.Pick("customer", random),
        "material_id" => pool.Pick("material", random),
        "family_id" => pool.Pick("session", random),
        "user_id" or "assigned_user_id" or "added_by_id" or "created_by_id" or "changed_by_id" => pool.Pick("user", random),
        "email" => $"u{random.Next()}@example.com",
        "quantity" => $"{random.Next(100)}.5",
        "phone" => "217-555-0100",
        "password" or "new_password" => "a-long-password-1",
        "etag" or "page_token" or "access_token" or "refresh_token" or "key" => "",
        "paths" => OddValues.Mask(random),
        _ => $"text {random.Next(1_000)}",
    };

    private static string Kind(string message) => message switch
    {
        "Customer" => "customer",
        "Job" => "job",
        "Material" => "material",
        "User" => "user",
        "JobAssignment" => "job_assignment",
        _ => message,
    };
}
