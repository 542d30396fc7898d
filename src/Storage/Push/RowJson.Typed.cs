using System.Text.Json;
using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>A <see cref="RowJson"/> with its message type.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
internal sealed class RowJson<T> : RowJson
    where T : class, IMessage<T>, new()
{
    private static readonly T Empty = new();

    private readonly EntityKind<T> _kind;
    private readonly JsonEncodedText _name;
    private readonly Action<Utf8JsonWriter, T>[] _writers;
    private readonly EntityField<T>[] _others;
    private readonly EnumField<T>[] _enums;

    public RowJson(EntityKind<T> kind)
    {
        (_kind, _name) = (kind, JsonEncodedText.Encode(kind.Name));
        var writers = kind.TypedFields.Select(Writer).ToList();
        _writers = [.. writers.OfType<Action<Utf8JsonWriter, T>>()];
        _others = [.. kind.TypedFields.Where((_, i) => writers[i] is null)];
        _enums = [.. kind.TypedFields.OfType<EnumField<T>>()];
    }

    public override bool IsPlain(Entity row)
    {
        var message = _kind.Unwrap(row);
        if (_kind.Etag is { } etag && etag.Get(message).Length > 0)
            return false;
        foreach (var field in _others)
        {
            if (!field.HasSameValue(message, Empty))
                return false;
        }

        foreach (var field in _enums)
        {
            if (field.Get(message) is not 0 and var value && !field.Names.Has(value))
                return false;
        }

        return true;
    }

    public override void Write(Utf8JsonWriter json, Entity row)
    {
        var message = _kind.Unwrap(row);
        json.WriteStartObject(_name);
        foreach (var write in _writers)
            write(json, message);
        json.WriteEndObject();
    }

    // Null for what devices have no business to send, or seldom send.
    private static Action<Utf8JsonWriter, T>? Writer(EntityField<T> field) => field switch
    {
        IdField<T> id => Text(id.Name, id.Get),
        TextField<T> text => Text(text.Name, text.Get),
        QuantityField<T> quantity => Text(quantity.Name, quantity.Get),
        FlagField<T> flag => Flag(flag),
        EnumField<T> choice => Enum(choice),
        _ => null,
    };

    // An optional text is written when it is set, any other one when it is not empty.
    private static Action<Utf8JsonWriter, T> Text(string name, Func<T, string?> get)
    {
        var (key, least) = (JsonEncodedText.Encode(name), Empty.Descriptor.FindFieldByName(name).HasPresence ? 0 : 1);
        return (json, row) =>
        {
            if (get(row) is { } value && value.Length >= least)
                json.WriteString(key, value);
        };
    }

    private static Action<Utf8JsonWriter, T> Flag(FlagField<T> field)
    {
        var key = JsonEncodedText.Encode(field.Name);
        return (json, row) =>
        {
            if (field.Get(row))
                json.WriteBoolean(key, true);
        };
    }

    private static Action<Utf8JsonWriter, T> Enum(EnumField<T> field)
    {
        var key = JsonEncodedText.Encode(field.Name);
        return (json, row) =>
        {
            if (field.Get(row) is not 0 and var value)
                json.WriteString(key, $"{field.Names.Prefix}{field.Names.NameOf(value)}");
        };
    }
}
