using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>Compares a device with the database at the end of a history.</summary>
internal static class EndOfDevice
{
    /// <summary>Rows that a checkpoint did not show though they were confirmed: those that still exist existed then.</summary>
    public static void CheckMissing(CheckedDevice device, DatabaseState state, Findings findings)
    {
        foreach (var (row, version) in device.Missing.Where(missing => state.Rows.ContainsKey(missing.Key)))
            findings.Add(FindingKind.StaleRead, device.Device.Name, $"{row}, confirmed at version {version}, was missing at a later checkpoint");
    }

    /// <summary>What the device holds against what the policy gives its user.</summary>
    public static void CheckEqual(CheckedDevice device, DatabaseState state, Findings findings)
    {
        var (name, held) = (device.Device.Name, device.Rows.All);
        var scope = state.Scopes.GetValueOrDefault(device.Device.UserId) ?? [];
        foreach (var row in scope.Where(row => !held.ContainsKey(row)))
            findings.Add(FindingKind.Unequal, name, $"{row} is missing");
        foreach (var (row, facts) in held.Where(row => row.Key.Type != EntityType.ActivityLog))
        {
            if (!scope.Contains(row))
                findings.Add(IsLeak(device, state, row) ? FindingKind.Leak : FindingKind.Unequal, name, $"{row} is still there");
            else if (state.Rows.GetValueOrDefault(row)?.Version is var version && version != facts.Version)
                findings.Add(FindingKind.Unequal, name, $"{row} has version {facts.Version} instead of {version}");
        }
    }

    private static bool IsLeak(CheckedDevice device, DatabaseState state, RowKey row) =>
        !device.Device.IsOwner && state.Rows.ContainsKey(row);
}
