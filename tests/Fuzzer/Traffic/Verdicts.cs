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
        if (exception.StatusCode is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss && !IsOfTransport(exception))
        {
            report.Found(new FuzzFinding(
                $"{exception.StatusCode} from {record.Method} for a {record.Role}", exception.Status.Detail, record));
        }
    }

    /// <summary>Looks at the result of an operation.</summary>
    public void Judge(OperationResult result, string kind, CallRecord record)
    {
        if (result.Outcome != OperationOutcome.Rejected)
            return;
        var reason = Reason(result.Status);
        report.Reached(reason);
        if (reason is "FAULT" or "INTERNAL" or "")
            report.Found(new FuzzFinding($"{reason} for {kind} of a {record.Role}", $"{result.Status}", record));
    }

    public static string Reason(Google.Rpc.Status? status) =>
        status?.Details.Where(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Select(detail => detail.Unpack<Google.Rpc.ErrorInfo>().Reason).FirstOrDefault() ?? "";

    private static string Reason(RpcException exception)
    {
        var bytes = exception.Trailers.GetValueBytes("grpc-status-details-bin");
        var reason = bytes is null ? "" : Reason(Google.Rpc.Status.Parser.ParseFrom(bytes));
        return reason.Length > 0 ? reason : $"{exception.StatusCode}";
    }

    // What gRPC's own stack says of bytes that are no message, and of a connection that broke.
    private static bool IsOfTransport(RpcException exception) =>
        exception.Trailers.Count == 0 && exception.InnerException is not null;
}
