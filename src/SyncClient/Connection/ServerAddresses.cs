namespace KhsCrm.SyncClient.Connection;

/// <summary>The addresses of one service, tried in turn. Servers share nothing but the database, so any of them will do.</summary>
internal sealed class ServerAddresses
{
    private readonly string[] _addresses;

    private ServerAddresses(string[] addresses) => _addresses = addresses;

    public int Count => _addresses.Length;

    /// <summary>Reads addresses that are separated by commas.</summary>
    /// <exception cref="KhsCrmException">One of them is no address of a server.</exception>
    public static ServerAddresses Parse(string text)
    {
        var addresses = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (addresses.Length == 0)
            throw Invalid("No server address is known: give it with the first sign-in.");
        foreach (var address in addresses)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw Invalid($"'{address}' is not a server address: it must be like https://crm.example.com.");
        }

        return new(addresses);
    }

    private static KhsCrmException Invalid(string message) => new(message) { Reason = V1.ErrorReason.ServerAddressInvalid };

    /// <summary>The address of a turn; turns go round.</summary>
    public string At(int turn) => _addresses[turn % _addresses.Length];
}
