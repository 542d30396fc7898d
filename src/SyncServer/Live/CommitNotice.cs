namespace KhsCrm.SyncServer.Live;

/// <summary>
/// What one server tells the others after commits, as the payload of a NOTIFY: which server it is, and the devices whose
/// outboxes moved.
/// </summary>
/// <param name="ServerId">The server; it knows its own commits and skips its own notices.</param>
/// <param name="Devices">The devices, at most <see cref="MaxDevices"/>.</param>
internal sealed record CommitNotice(Guid ServerId, IReadOnlyList<Guid> Devices)
{
    /// <summary>The channel of LISTEN and NOTIFY.</summary>
    public const string Channel = "khscrm_commits";

    /// <summary>A payload is shorter than 8,000 bytes (PostgreSQL's manual, NOTIFY); a device takes 33.</summary>
    public const int MaxDevices = 200;

    public override string ToString() => string.Join(' ', Devices.Prepend(ServerId).Select(id => id.ToString("N")));

    /// <summary>Reads a payload; null when it is none of ours.</summary>
    public static CommitNotice? Parse(string payload)
    {
        List<Guid> ids = [];
        foreach (var word in payload.Split(' '))
        {
            if (!Guid.TryParseExact(word, "N", out var id))
                return null;
            ids.Add(id);
        }

        return new CommitNotice(ids[0], ids[1..]);
    }
}
