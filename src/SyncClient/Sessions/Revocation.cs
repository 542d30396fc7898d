using System.Security.Cryptography;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>
/// A device that an owner has shut out. It locks what it holds and never registers anew. It destroys its store only if the
/// server shows the proof that was agreed when it registered: a proxy, or a server that is not ours, cannot.
/// </summary>
internal static class Revocation
{
    private const string Proof = "wipe_proof";

    public static KhsCrmException Locked => new("This device was revoked: what it holds can no longer be read. Ask the owner.")
    {
        Reason = ErrorReason.DeviceRevoked,
    };

    /// <summary>Keeps the proof that Welcome brings, if the device has none yet.</summary>
    public static void Agree(WriteTransaction transaction, Welcome welcome)
    {
        var device = DeviceState.Read(transaction.Connection);
        if (device.WipeDigest is null && !welcome.WipeProof.IsEmpty)
            (device with { WipeDigest = SHA256.HashData(welcome.WipeProof.Span) }).Write(transaction.Connection);
    }

    /// <summary>Locks the store or, with the proof, deletes everything in it.</summary>
    /// <returns>Whether the store was destroyed: its files are to be written anew.</returns>
    public static bool Enforce(WriteTransaction transaction, IReadOnlyDictionary<string, string> metadata)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        transaction.EverythingChanged();
        transaction.OutboxChanged();
        if (!IsProven(device, metadata))
        {
            (device with { IsRevoked = true }).Write(connection);
            return false;
        }

        Erasure.Begin(connection);
        (DeviceState.New(Guid.Parse(device.DeviceId)) with { IsRevoked = true, ServerAddress = device.ServerAddress }).Write(connection);
        return true;
    }

    private static bool IsProven(DeviceState device, IReadOnlyDictionary<string, string> metadata)
    {
        if (device.WipeDigest is null || !metadata.TryGetValue(Proof, out var shown))
            return false;
        try
        {
            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Convert.FromHexString(shown)), device.WipeDigest);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
