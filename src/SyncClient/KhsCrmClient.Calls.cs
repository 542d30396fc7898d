using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient;

/// <content>Calls to the server's other services.</content>
public sealed partial class KhsCrmClient
{
    /// <summary>
    /// Calls an RPC that has nothing to do with the local store, such as those of <c>OperationsService</c>, as the
    /// signed-in user.
    /// </summary>
    /// <typeparam name="TResponse">The RPC's answer.</typeparam>
    /// <param name="call">
    /// Makes the call: a client of its service on the invoker, with the options, which carry who calls and until when
    /// (<see cref="KhsCrmClientOptions.AnswerTimeout"/>). Made again with another token, or to another of the servers,
    /// when the first did not get as far as the RPC.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotSignedInException">Nobody is signed in, or the session has ended.</exception>
    /// <exception cref="ServerUnreachableException">No server answered.</exception>
    /// <exception cref="KhsCrmException">The server refused.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        var addresses = ServerAddresses.Parse(
            _options.ServerAddress
            ?? (await _store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false)).ServerAddress
            ?? throw NotSignedInException.Nobody);
        for (var attempt = 1; ; attempt++)
        {
            var address = _server.Current(addresses);
            try
            {
                return await TranslatedAsync(address, call, cancellationToken).ConfigureAwait(false);
            }
            catch (ServerUnreachableException) when (attempt < addresses.Count)
            {
                _server.MoveOn();
            }
        }
    }

    private async Task<TResponse> TranslatedAsync<TResponse>(
        string address, Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(address, call, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerErrors.Translate(exception, address);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerErrors.Timeout(exception, address);
        }
    }

    private async Task<TResponse> CallAsync<TResponse>(
        string address, Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> call, CancellationToken cancellationToken)
    {
        var accessToken = await _tokens.GetAsync(address, cancellationToken).ConfigureAwait(false);
        try
        {
            return await call(_server.Invoker(address), Options(accessToken)).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unauthenticated)
        {
            accessToken = await _tokens.RefreshAsync(address, accessToken, cancellationToken).ConfigureAwait(false);
            return await call(_server.Invoker(address), Options(accessToken)).ConfigureAwait(false);
        }

        CallOptions Options(string token) =>
            new(ServerConnection.Authorization(token), _server.AnswerDeadline, cancellationToken);
    }
}
