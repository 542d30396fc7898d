using System.Text.Json;
using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>The JSON of a row as protobuf's formatter writes it, for the fields that devices send.</summary>
internal abstract class RowJson
{
    private static readonly Dictionary<EntityKind, RowJson> All =
        EntityKinds.All.Where(kind => kind.IsWritable).ToDictionary(kind => kind, kind => kind.Accept(new Maker()));

    /// <summary>The JSON of rows of a kind; null for one that nobody writes.</summary>
    public static RowJson? Of(EntityKind kind) => All.GetValueOrDefault(kind);

    /// <summary>Whether there is no more in a row than this writes.</summary>
    public abstract bool IsPlain(Entity row);

    /// <summary>Writes a row.</summary>
    public abstract void Write(Utf8JsonWriter json, Entity row);

    private sealed class Maker : IEntityKindVisitor<RowJson>
    {
        public RowJson Visit<T>(EntityKind<T> kind)
            where T : class, IMessage<T>, new() =>
            new RowJson<T>(kind);
    }
}
