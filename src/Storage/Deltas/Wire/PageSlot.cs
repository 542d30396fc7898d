namespace KhsCrm.Storage.Deltas.Wire;

/// <summary>Where a change is in a <see cref="PageBuffer"/>.</summary>
internal readonly record struct PageSlot(int Offset, int Length);
