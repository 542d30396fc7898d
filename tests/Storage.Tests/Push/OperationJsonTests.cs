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
    [InlineData("""{"entity": {"user": {"id": "i"}}}""")]
    [InlineData("""{"entity": {"customer": {"id": "i", "createdAt": "2026-01-01T00:00:00Z"}}}""")]
    [InlineData("""{"entity": {"job": {"id": "i", "startDate": {"year": 2026}}}}""")]
    [InlineData("""{"entity": {"material": {"id": "i"}}, "kind": 9}""")]
    [InlineData("""{"entity": {"material": {"id": "i"}}, "conflictPolicy": 9}""")]
    [InlineData("""{"id": "o"}""")]
    public void What_it_does_not_know_is_left_to_protobuf(string operation) =>
        Assert.Null(OperationJson.TryFormat(Operation.Parser.ParseJson(operation)));
}
