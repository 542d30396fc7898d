using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.SyncServer.Http.OpenApi;

/// <summary>Messages and enums as JSON schemas, in the shapes that protobuf's JSON gives them.</summary>
internal sealed class Schemas(ProtoComments comments)
{
    private readonly SortedDictionary<string, JsonObject?> _components = new(StringComparer.Ordinal);

    /// <summary>The schemas that were referred to so far, by name.</summary>
    public JsonObject Components => new(_components.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    /// <summary>A reference to a message's schema.</summary>
    public JsonObject Of(MessageDescriptor message)
    {
        if (WellKnown(message) is { } schema)
            return schema;
        if (_components.TryAdd(message.Name, null))
            _components[message.Name] = Describe(message);
        return Reference(message.Name);
    }

    /// <summary>The schema of a field, with its comment.</summary>
    public JsonObject Of(FieldDescriptor field)
    {
        var schema = field switch
        {
            { IsMap: true } => new JsonObject { ["type"] = "object", ["additionalProperties"] = One(field.MessageType.FindFieldByName("value")) },
            { IsRepeated: true } => new JsonObject { ["type"] = "array", ["items"] = One(field) },
            _ => One(field),
        };
        if (comments.Of(field) is { Length: > 0 } comment)
            schema["description"] = comment;
        return schema;
    }

    private JsonObject Describe(MessageDescriptor message) => new()
    {
        ["type"] = "object",
        ["description"] = comments.Of(message),
        ["properties"] = new JsonObject(message.Fields.InDeclarationOrder()
            .Select(field => KeyValuePair.Create(field.JsonName, (JsonNode?)Of(field)))),
    };

    private JsonObject One(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType),
        FieldType.Enum => Of(field.EnumType),
        FieldType.Bool => new JsonObject { ["type"] = "boolean" },
        FieldType.Bytes => Text("byte"),
        FieldType.Double => new JsonObject { ["type"] = "number", ["format"] = "double" },
        FieldType.Float => new JsonObject { ["type"] = "number", ["format"] = "float" },
        FieldType.Int32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        FieldType.Int64 => Text("int64"),
        FieldType.Fixed64 => Text("uint64"),
        FieldType.String => Text(),
        _ => throw new NotSupportedException($"{field.FullName} is of a type that the contract did not have so far"),
    };

    private JsonObject Of(EnumDescriptor kind)
    {
        if (_components.TryAdd(kind.Name, null))
        {
            var values = kind.Values.Select(value => $"- `{value.Name}`: {comments.Of(value)}");
            _components[kind.Name] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = $"{comments.Of(kind)}\n\n{string.Join('\n', values)}",
                ["enum"] = new JsonArray([.. kind.Values.Select(value => (JsonNode)value.Name)]),
            };
        }

        return Reference(kind.Name);
    }

    private static JsonObject? WellKnown(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => Text("date-time"),
        "google.protobuf.Duration" => new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("1.5s") },
        "google.protobuf.FieldMask" => new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("name,startDate") },
        _ when message == Any.Descriptor => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["@type"] = Text() },
            ["additionalProperties"] = true,
        },
        _ => null,
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Text(string? format = null) =>
        format is null ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["format"] = format };
}
