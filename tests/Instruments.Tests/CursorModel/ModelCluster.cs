namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>A primary and a standby that receives what the primary has flushed.</summary>
internal sealed class ModelCluster
{
    // Where each timeline began.
    private readonly List<int> _forks = [0, 0];

    public ModelDatabase Primary { get; private set; } = new();

    /// <summary>How much of the WAL the standby has.</summary>
    public int Received { get; private set; }

    public void Stream() => Received = Math.Min(Received + 1, Primary.Flushed);

    public void StreamAll()
    {
        Primary.Flush(Primary.Inserted);
        Received = Primary.Flushed;
    }

    /// <summary>The primary is gone for good; the standby takes over with what it has.</summary>
    public void FailOver()
    {
        _forks.Add(Received);
        Primary = Primary.Promote(Received, Primary.Epoch + 1);
    }

    /// <summary>Whether all that a cursor shows is part of this history.</summary>
    public bool IsPast(ModelCursor cursor)
    {
        for (var timeline = cursor.Timeline + 1; timeline <= Primary.Timeline; timeline++)
        {
            if (cursor.Place > _forks[timeline])
                return false;
        }

        return true;
    }
}
