namespace KhsCrm.Storage.Schema;

/// <summary>How a migration behaves beside a service that runs.</summary>
public sealed record MigrationSettings
{
    /// <summary>How long a statement waits for a lock before the migration steps back: whoever queues behind it waits as long. Default 5 seconds.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a migration is begun before it is given up. Default 30.</summary>
    public int Attempts { get; init; } = 30;

    /// <summary>How long it leaves the way free between two attempts. Default 2 seconds.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Told of each step in a sentence.</summary>
    public Action<string> Tell { get; init; } = _ => { };
}
