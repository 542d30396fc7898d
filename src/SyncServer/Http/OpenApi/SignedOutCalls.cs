using Google.Protobuf.Reflection;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Http.OpenApi;

/// <summary>The RPCs that ask for no access token: their requests carry what opens or ends a session.</summary>
internal static class SignedOutCalls
{
    private static readonly MessageDescriptor[] Requests =
    [
        LoginRequest.Descriptor, RefreshTokenRequest.Descriptor, LogoutRequest.Descriptor, ExchangeServiceKeyRequest.Descriptor,
    ];

    public static bool Includes(MethodDescriptor method) => Requests.Contains(method.InputType);
}
