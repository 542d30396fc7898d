using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace KhsCrm.SyncServer.Callers;

/// <summary>The address that limits are counted by.</summary>
internal static class CallerAddress
{
    private const int NetworkBytes = 8;

    public static string Of(ServerCallContext context) => Of(context.GetHttpContext().Connection.RemoteIpAddress);

    /// <summary>An IPv4 address; of an IPv6 address the network, for one caller has all of a /64.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "local";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"{Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes))}::/64"
            : address.ToString();
    }
}
