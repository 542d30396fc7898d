using System.Globalization;
using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Verify;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// One attempt to be in sync: opens a stream and mends, once each, what can be mended without a person: a server that does
/// not answer while there are others, an access token that ended, a device id that somebody else uses, numbers that the
/// server does not know.
/// </summary>
internal sealed class SyncAttempt(
    LocalStore store,
    ServerConnection server,
    TokenSource tokens,
    StatusFeed status,
    KhsCrmClientOptions options,
    LoopControl control,
    ILogger logger,
    Verification? verification = null)
{
    private readonly HashSet<ErrorReason> _mended = [];
    private bool _isWelcome;

    /// <summary>Whether a stream got as far as Welcome.</summary>
    public bool WasWelcome { get; private set; }

    /// <summary>Whether a stream stored something that the next need not bring again.</summary>
    public bool HasProgress { get; private set; }

    public SyncSummary Summary { get; private set; } = SyncSummary.Nothing;

    /// <inheritdoc cref="SyncStream.RunAsync"/>
    /// <exception cref="KhsCrmException">The stream ended by an error.</exception>
    public async Task<TimeSpan?> RunAsync(bool untilSettled, CancellationToken cancellationToken)
    {
        var addresses = await AddressesAsync(cancellationToken).ConfigureAwait(false);
        var unreachable = 0;
        while (true)
        {
            status.Set(new(SyncState.Connecting));
            try
            {
                var (isMended, delay) = await RunAsync(server.Current(addresses), untilSettled, cancellationToken).ConfigureAwait(false);
                if (!isMended)
                    return delay;
            }
            catch (ServerUnreachableException) when (!_isWelcome && !cancellationToken.IsCancellationRequested)
            {
                server.MoveOn();
                if (++unreachable >= addresses.Count)
                    throw;
            }
        }
    }

    private async Task<(bool IsMended, TimeSpan? Delay)> RunAsync(
        string address, bool untilSettled, CancellationToken cancellationToken)
    {
        _isWelcome = false;
        var accessToken = await tokens.GetAsync(address, cancellationToken).ConfigureAwait(false);
        var stream = new SyncStream(store, server, tokens, status, options, control, logger, address, verification);
        try
        {
            return (false, await stream.RunAsync(accessToken, untilSettled, cancellationToken).ConfigureAwait(false));
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A token that was good for a while may be renewed again.
            if (stream.WasWelcome)
                _mended.Remove(ErrorReason.AccessTokenInvalid);
            if (await MendAsync(exception, address, stream.AccessToken ?? accessToken, cancellationToken).ConfigureAwait(false))
                return (true, null);
            if (ServerErrors.Details(exception) is { Reason: ErrorReason.DeviceRevoked } revoked)
                await EnforceRevocationAsync(revoked.Metadata).ConfigureAwait(false);
            throw ServerErrors.Translate(exception, address);
        }
        catch (DeviceForkedException)
        {
            if (!_mended.Add(ErrorReason.DeviceForked))
                throw new KhsCrmException("The server does not accept this device.") { Reason = ErrorReason.DeviceForked };
            await BecomeNewDeviceAsync(cancellationToken).ConfigureAwait(false);
            return (true, null);
        }
        finally
        {
            _isWelcome = stream.WasWelcome;
            WasWelcome |= stream.WasWelcome;
            HasProgress |= stream.HasProgress;
            Summary = stream.Summary;
        }
    }

    private async Task<bool> MendAsync(
        RpcException exception, string address, string accessToken, CancellationToken cancellationToken)
    {
        var details = ServerErrors.Details(exception);
        var reason = exception.StatusCode == StatusCode.Unauthenticated && details.Reason != ErrorReason.Unspecified
            ? ErrorReason.AccessTokenInvalid
            : details.Reason;
        if (!_mended.Add(reason))
            return false;
        switch (reason)
        {
            case ErrorReason.AccessTokenInvalid:
                await tokens.RefreshAsync(address, accessToken, cancellationToken).ConfigureAwait(false);
                return true;
            case ErrorReason.DeviceForked or ErrorReason.DeviceNotYours:
                await BecomeNewDeviceAsync(cancellationToken).ConfigureAwait(false);
                return true;
            case ErrorReason.SequenceGap:
                return long.TryParse(
                        details.Metadata.GetValueOrDefault("last_client_seq"), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                    && await store.WriteAsync(
                    transaction => StreamOpening.AgreeOnNumbers(transaction, last), cancellationToken).ConfigureAwait(false);
            default:
                return false;
        }
    }

    private async Task EnforceRevocationAsync(IReadOnlyDictionary<string, string> metadata)
    {
        if (await store.WriteAsync(transaction => Revocation.Enforce(transaction, metadata), CancellationToken.None).ConfigureAwait(false))
            await store.FinishErasureAsync().ConfigureAwait(false);
    }

    private Task BecomeNewDeviceAsync(CancellationToken cancellationToken) =>
        store.WriteAsync(
            transaction => StreamOpening.BecomeNewDevice(
                transaction, Guid.CreateVersion7(options.TimeProvider.GetUtcNow())),
            cancellationToken);

    private async Task<ServerAddresses> AddressesAsync(CancellationToken cancellationToken) => ServerAddresses.Parse(
        options.ServerAddress
        ?? (await store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false)).ServerAddress
        ?? throw NotSignedInException.Nobody);
}
