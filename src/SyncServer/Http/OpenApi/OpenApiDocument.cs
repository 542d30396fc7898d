using System.Reflection;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace KhsCrm.SyncServer.Http.OpenApi;

/// <summary>The HTTP API as an OpenAPI 3.1 document: what is mapped, in the words of the protos.</summary>
internal sealed class OpenApiDocument
{
    private readonly ProtoComments _comments = new();
    private readonly Schemas _schemas;

    private OpenApiDocument() => _schemas = new Schemas(_comments);

    /// <summary>Writes the document of the RPCs that have an HTTP form.</summary>
    public static JsonObject Write(IEnumerable<GrpcJsonTranscodingMetadata> calls) => new OpenApiDocument().WriteDocument(
        [.. calls.OrderBy(call => call.MethodDescriptor.Service.Name, StringComparer.Ordinal).ThenBy(call => call.MethodDescriptor.Index)]);

    private JsonObject WriteDocument(List<GrpcJsonTranscodingMetadata> calls)
    {
        var paths = new JsonObject();
        foreach (var call in calls)
        {
            var (verb, path) = Pattern(call.HttpRule);
            if (paths[path] is not JsonObject item)
                paths[path] = item = [];
            item[verb] = WriteOperation(call.MethodDescriptor, call.HttpRule, path);
        }

        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "KhsCrm",
                ["version"] = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                    .InformationalVersion.Split('+')[0],
                ["description"] =
                    "The typed RPCs of KhsCrm in JSON. The body of POST and PATCH is the RPC's request message; what GET and DELETE "
                    + "take stands in the query. An error is a google.rpc.Status with one ErrorInfo. SyncStream is gRPC only.",
            },
            ["tags"] = new JsonArray([.. calls.Select(call => call.MethodDescriptor.Service).Distinct().Select(service =>
                new JsonObject { ["name"] = service.Name, ["description"] = _comments.Of(service) })]),
            ["security"] = new JsonArray(new JsonObject { ["accessToken"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["accessToken"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" },
                },
                ["schemas"] = _schemas.Components,
            },
        };
    }

    private JsonObject WriteOperation(MethodDescriptor method, HttpRule rule, string path)
    {
        var parameters = new JsonArray();
        AddParameters(parameters, method.InputType, "", path, hasBody: rule.Body == "*");
        var operation = new JsonObject
        {
            ["operationId"] = $"{method.Service.Name}_{method.Name}",
            ["tags"] = new JsonArray(method.Service.Name),
            ["summary"] = method.Name,
            ["description"] = _comments.Of(method),
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["200"] = Content(method.IsServerStreaming ? "A line a message, each: " : "", method.OutputType),
                ["default"] = Content("", Google.Rpc.Status.Descriptor),
            },
        };
        if (SignedOutCalls.Includes(method))
            operation["security"] = new JsonArray();
        if (rule.Body == "*")
            operation["requestBody"] = Content("", method.InputType);
        return operation;
    }

    private void AddParameters(JsonArray parameters, MessageDescriptor message, string prefix, string path, bool hasBody)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var name = prefix + field.Name;
            var isInPath = path.Contains($"{{{name}}}", StringComparison.Ordinal);
            var schema = _schemas.Of(field);
            // A message of fields has no form of its own in a query: its fields stand there one by one.
            if (field.FieldType == FieldType.Message && schema.ContainsKey("$ref"))
            {
                if (!hasBody || path.Contains($"{{{name}.", StringComparison.Ordinal))
                    AddParameters(parameters, field.MessageType, $"{name}.", path, hasBody);
            }
            else if (isInPath || !hasBody)
            {
                parameters.Add(new JsonObject
                {
                    ["name"] = name,
                    ["in"] = isInPath ? "path" : "query",
                    ["required"] = isInPath,
                    ["description"] = _comments.Of(field),
                    ["schema"] = schema,
                });
            }
        }
    }

    private JsonObject Content(string prefix, MessageDescriptor message) => new()
    {
        ["description"] = prefix + _comments.Of(message),
        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = _schemas.Of(message) } },
    };

    private static (string Verb, string Path) Pattern(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("get", rule.Get),
        HttpRule.PatternOneofCase.Post => ("post", rule.Post),
        HttpRule.PatternOneofCase.Patch => ("patch", rule.Patch),
        HttpRule.PatternOneofCase.Put => ("put", rule.Put),
        HttpRule.PatternOneofCase.Delete => ("delete", rule.Delete),
        _ => throw new NotSupportedException($"the pattern of {rule} is not known"),
    };
}
