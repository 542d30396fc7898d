namespace KhsCrm.Storage.Push;

/// <summary>The statements of a wave, in the order they run.</summary>
internal enum WriteKind
{
    Insert,
    Update,
    Delete,
}
