using Grpc.Core;

namespace KhsCrm.SyncServer.Errors;

/// <summary>Reads a caller's stream, and marks what fails there as the caller's.</summary>
internal sealed class CallerStream<T>(IAsyncStreamReader<T> requests) : IAsyncStreamReader<T>
{
    public T Current => requests.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken);
        }
        // gRPC gives some of these a status of its own.
        catch (Exception exception) when (exception is not (RpcException or OperationCanceledException))
        {
            throw new CallerFault(exception);
        }
    }
}
