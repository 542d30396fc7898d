using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using KhsCrm.Fuzzer.Report;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>Decides what an answer means: an expected refusal, or a finding.</summary>
internal sealed class Verdicts(FuzzReport report)
{
    public void Judge(RpcException exception, CallRecord record)
    {
        var reason = Reason(exception);
        report.Reached(reason);
        if (exception.StatusCode is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss)
        {
            report.Found(new FuzzFinding(
                $"{exception.StatusCode} from {record.Method} for a {record.Role}", $"{exception}", record, RequestId(StatusOf(exception))));
        }
    }

    /// <summary>Looks at how a typed RPC was refused.</summary>
    public void Judge(RpcException exception, MessageDescriptor request, CallRecord record)
    {
        Judge(exception, record);
        if (Promises.Broken(request, StatusOf(exception)) is { } broken)
            report.Found(new FuzzFinding(broken, exception.Status.Detail, record));
    }

    /// <summary>Looks at the result of an operation.</summary>
    public void Judge(OperationResult result, string kind, CallRecord record)
    {
        if (result.Outcome != OperationOutcome.Rejected)
            return;
        var reason = Reason(result.Status);
        report.Reached(reason);
        if (reason is "FAULT" or "INTERNAL" or "")
            report.Found(new FuzzFinding($"{reason} for {kind} of a {record.Role}", $"{result.Status}", record, RequestId(result.Status)));
    }

    public static string Reason(Google.Rpc.Status? status) =>
        status?.Details.Where(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Select(detail => detail.Unpack<Google.Rpc.ErrorInfo>().Reason).FirstOrDefault() ?? "";

    /// <summary>Under which id the server logged a fault; null where there is none.</summary>
    public static string? RequestId(Google.Rpc.Status? status) =>
        status?.Details.Where(detail => detail.Is(RequestInfo.Descriptor)).Select(detail => detail.Unpack<RequestInfo>().RequestId).FirstOrDefault();

    public static string Reason(RpcException exception)
    {
        var reason = Reason(StatusOf(exception));
        return reason.Length > 0 ? reason : $"{exception.StatusCode}";
    }

    private static Google.Rpc.Status? StatusOf(RpcException exception) =>
        exception.Trailers.GetValueBytes("grpc-status-details-bin") is { } bytes ? Google.Rpc.Status.Parser.ParseFrom(bytes) : null;
}
