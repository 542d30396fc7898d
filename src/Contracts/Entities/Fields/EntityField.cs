using Google.Protobuf;
using KhsCrm.Contracts.Values;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A field of an entity: its name, who sets it, its rule. Written by hand: no reflection, so it is trim- and AOT-clean.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract, which is also the column's.</param>
public abstract class EntityField<T>(string name)
    where T : class, IMessage<T>
{
    /// <summary>The name in the contract, which is also the column's.</summary>
    public string Name { get; } = name;

    /// <summary>Who sets it.</summary>
    public FieldWriter Writer { get; init; } = FieldWriter.Client;

    /// <summary>Whether a device keeps it in a column of its own, to filter or sort by.</summary>
    public bool IsKeptByDevices { get; init; }

    /// <summary>Whether a create may set it.</summary>
    public bool IsCreatable => Writer is FieldWriter.Client or FieldWriter.ClientOnCreate;

    /// <summary>Whether an update may set it.</summary>
    public bool IsUpdatable => Writer == FieldWriter.Client;

    /// <summary>Whether two rows hold the same value, unset included.</summary>
    public abstract bool HasSameValue(T left, T right);

    /// <summary>Copies the value, unset included.</summary>
    public abstract void Copy(T source, T target);

    /// <summary>Checks the value that a client set.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isCreate">Whether the row is new: what is unset then gets its default.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public virtual FieldViolation? Check(T row, bool isCreate) => null;

    /// <summary>Gives a new row the schema's default, where its maker said nothing.</summary>
    public virtual void SetDefault(T row)
    {
    }
}
