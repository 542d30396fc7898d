using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Something that an app asked of KhsCrm cannot be done. The message is one sentence that people can read.</summary>
public class KhsCrmException : Exception
{
    /// <summary>Makes one with a message.</summary>
    public KhsCrmException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and what caused it.</summary>
    public KhsCrmException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Why, for programs: the server's reason, or the one it would give.</summary>
    public ErrorReason Reason { get; init; }
}
