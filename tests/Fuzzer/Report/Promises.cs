using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.Contracts.Values;
using KhsCrm.Fuzzer.Traffic;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Report;

/// <summary>What an answer may not say, whatever was sent. Each method names what is wrong, or returns null.</summary>
internal static class Promises
{
    /// <summary>An operation that took effect, or waits to, though a rule forbids it.</summary>
    public static string? Broken(string role, Operation operation, OperationResult result)
    {
        if (result.Outcome is not (OperationOutcome.Applied or OperationOutcome.Merged or OperationOutcome.Deferred))
            return null;
        return operation switch
        {
            { Kind: OperationKind.Create, Entity.User: not null } => "a push makes a user",
            { Kind: OperationKind.Delete, Seen: null } => "a delete without seen is accepted",
            { Kind: OperationKind.Update, ConflictPolicy: ConflictPolicy.Reject, Seen: null } => "REJECT without seen is accepted",
            { Kind: OperationKind.Create, Entity.Material.IsDeleted: true } when role == "worker" => "a worker makes a deleted material",
            { Kind: OperationKind.Update, UpdateMask: null } => "an update without a mask is accepted",
            _ when !IsId(operation.Id) => "an operation id that is none is accepted",
            { Entity.Material.Quantity: var quantity } when (operation.Kind == OperationKind.Create || operation.UpdateMask!.Paths.Contains("quantity")) && quantity.Contains('\0', StringComparison.Ordinal) => "a quantity with U+0000 is accepted",
            _ => null,
        };
    }

    /// <summary>An operation that was sent again and is not known again.</summary>
    public static string? Broken(SentBatch again, int index)
    {
        var (first, second) = (again.FirstTime!.Results[index], again.Results[index]);
        if (again.IsOfAnotherDevice)
        {
            return Took(first) && Took(second) ? "an operation takes effect again under another device" : null;
        }

        // What waited has its own end by now, and a copy within one batch its own answer.
        if (first.Outcome is OperationOutcome.Deferred or OperationOutcome.Duplicate)
            return second.Outcome == OperationOutcome.Duplicate ? null : $"{first.Outcome} is told as {second.Outcome} when it is sent again";
        if (second.Outcome != OperationOutcome.Duplicate || second.FirstOutcome != first.Outcome)
            return $"{first.Outcome} is told as {second.Outcome} ({second.FirstOutcome}) when it is sent again";
        return Verdicts.Reason(first.Status) == Verdicts.Reason(second.Status)
            ? null
            : $"{Verdicts.Reason(first.Status)} is told as {Verdicts.Reason(second.Status)} when it is sent again";
    }

    /// <summary>An error that names a field which neither the request has nor the row in it.</summary>
    public static string? Broken(MessageDescriptor request, Google.Rpc.Status? status)
    {
        var named = status?.Details.Where(detail => detail.Is(BadRequest.Descriptor))
            .SelectMany(detail => detail.Unpack<BadRequest>().FieldViolations).Select(violation => violation.Field) ?? [];
        return named.Select(field => field.Split('.', '[')[0]).FirstOrDefault(field => !Has(request, field)) is { } unknown
            ? $"{request.Name} is told of a field {unknown}, which it has not"
            : null;
    }

    private static bool Has(MessageDescriptor request, string field) =>
        request.FindFieldByName(field) is not null
        || request.Fields.InDeclarationOrder().Any(inner => inner.FieldType == FieldType.Message && inner.MessageType.FindFieldByName(field) is not null);

    private static bool Took(OperationResult result) =>
        result.Outcome is OperationOutcome.Applied or OperationOutcome.Merged or OperationOutcome.Deferred;

    private static bool IsId(string id) => id.Length == 36 && id.All(letter => char.IsAsciiHexDigit(letter) || letter == '-') && Uuid.TryParse(id, out _);
}
