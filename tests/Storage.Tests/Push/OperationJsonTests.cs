using Google.Protobuf;
using Google.Protobuf.Reflection;
using KhsCrm.Storage.Push;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>What the ledger's own writer of JSON leaves is what protobuf's parser reads.</summary>
public sealed class OperationJsonTests
{
    public static TheoryData<string> Rows => new(
        """{"customer": {"id": "i", "name": "Ann \"A\" \u2028 \u0001 é 🛠", "phone": "", "email": "a@b", "address": "1\n2", "notes": "</x>", "isArchived": true, "updatedById": "u"}}""",
        """{"customer": {"id": "i"}}""",
        """{"job": {"id": "i", "title": "t", "description": "d", "customerId": "c", "status": "JOB_STATUS_WAITING_ON_MATERIALS", "notes": "", "createdById": "u", "updatedById": "u"}}""",
        """{"material": {"id": "i", "jobId": "j", "itemName": "n", "quantity": "2.50", "unit": "box", "purchased": true, "notes": "x", "addedById": "a", "purchasedById": "p", "isDeleted": true, "updatedById": "u"}}""",
        """{"user": {"id": "i", "email": "a@b", "name": "n", "role": "ROLE_OWNER", "isActive": true, "isService": true, "updatedById": "u"}}""",
        """{"jobAssignment": {"id": "i", "jobId": "j", "userId": "u", "updatedById": "v"}}""");

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_operation_is_read_back_as_it_was(string row)
    {
        var entity = Entity.Parser.ParseJson(row);
        foreach (var kind in new[] { OperationKind.Create, OperationKind.Update, OperationKind.Delete })
        {
            foreach (var policy in Enum.GetValues<ConflictPolicy>())
            {
                var operation = new Operation { Id = "o", ClientSeq = long.MaxValue, Kind = kind, Entity = entity, ConflictPolicy = policy };
                if (kind == OperationKind.Update)
                    (operation.Seen, operation.UpdateMask) = (entity, new() { Paths = { "notes", "is_deleted", "customer_id" } });
                var json = OperationJson.TryFormat(operation);
                Assert.NotNull(json);
                Assert.Equal(operation, LedgerJson.Parse<Operation>(json));
            }
        }
    }

    [Theory]
    [InlineData("""{"entity": {"jobStatusHistory": {"id": "i"}}}""")]
    [InlineData("""{"entity": {"customer": {"id": "i", "createdAt": "2026-01-01T00:00:00Z"}}}""")]
    [InlineData("""{"entity": {"job": {"id": "i", "startDate": {"year": 2026}}}}""")]
    [InlineData("""{"entity": {"material": {"id": "i"}}, "kind": 9}""")]
    [InlineData("""{"entity": {"material": {"id": "i"}}, "conflictPolicy": 9}""")]
    [InlineData("""{"id": "o"}""")]
    public void What_it_does_not_know_is_left_to_protobuf(string operation) =>
        Assert.Null(OperationJson.TryFormat(Operation.Parser.ParseJson(operation)));

    /// <summary>A field that somebody adds to a message is either written or left to protobuf, and never lost.</summary>
    [Fact]
    public void Every_field_of_an_operation_is_read_back_or_left_to_protobuf()
    {
        foreach (var row in Entity.Descriptor.Oneofs[0].Fields)
        {
            foreach (var field in row.MessageType.Fields.InDeclarationOrder())
            {
                var entity = new Entity();
                var message = (IMessage)Activator.CreateInstance(row.MessageType.ClrType)!;
                row.Accessor.SetValue(entity, message);
                Set(message, field);
                Check(new Operation { Id = "o", Entity = entity, Seen = entity });
            }
        }

        foreach (var field in Operation.Descriptor.Fields.InDeclarationOrder())
        {
            var operation = new Operation { Entity = new Entity { Customer = new Customer { Id = "i" } } };
            if (field.Name is not "entity")
                Set(operation, field);
            Check(operation);
        }

        static void Check(Operation operation)
        {
            if (OperationJson.TryFormat(operation) is { } json)
                Assert.Equal(operation, LedgerJson.Parse<Operation>(json));
            Assert.Equal(operation, LedgerJson.Parse<Operation>(LedgerJson.Of(operation, isSound: true)));
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\\u0000")]
    [InlineData("\\\0")]
    [InlineData("\\\\u0000\0")]
    [InlineData("{\"protobuf\": \"eA==\"}")]
    public void Any_text_is_read_back(string text)
    {
        foreach (var operation in new[]
        {
            new Operation { Id = text, Entity = new Entity { Customer = new Customer { Name = text } } },
            new Operation { Id = "o", UpdateMask = new() { Paths = { text, "x_", "", "." } } },
        })
        {
            foreach (var isSound in new[] { false, true })
            {
                var json = LedgerJson.Of(operation, isSound);
                Assert.Equal(operation, LedgerJson.Parse<Operation>(json));
            }
        }
    }

    /// <summary>No rule looks at the mask of a create or a delete.</summary>
    [Theory]
    [InlineData("_")]
    [InlineData("_x")]
    [InlineData("x_")]
    [InlineData("a__b")]
    [InlineData("a_1")]
    [InlineData("A")]
    [InlineData("")]
    [InlineData(".")]
    public void Any_mask_of_a_sound_operation_is_read_back(string path)
    {
        var operation = new Operation
        {
            Id = "o",
            Kind = OperationKind.Create,
            Entity = new Entity { Customer = new Customer { Id = "i" } },
            UpdateMask = new() { Paths = { path } },
        };
        Assert.Equal(operation, LedgerJson.Parse<Operation>(LedgerJson.Of(operation, isSound: true)));
    }

    private static void Set(IMessage message, FieldDescriptor field)
    {
        if (field.IsMap || field.IsRepeated)
            return;
        object value = field.FieldType switch
        {
            FieldType.String => "text",
            FieldType.Bool => true,
            FieldType.Int32 or FieldType.Enum => 1,
            FieldType.Int64 => 1L,
            FieldType.Message => Activator.CreateInstance(field.MessageType.ClrType)!,
            var other => throw new NotSupportedException($"{field.FullName} is a {other}: set it here."),
        };
        field.Accessor.SetValue(message, value);
    }
}
