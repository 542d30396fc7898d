using System.Text.RegularExpressions;
using System.Xml.Linq;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace KhsCrm.SyncServer.Http.OpenApi;

/// <summary>The comments of the protos, as the compiler wrote them into the documentation file beside Contracts.</summary>
internal sealed partial class ProtoComments
{
    private readonly Dictionary<string, string> _texts;

    /// <summary>Reads the file; where there is none, nothing is commented.</summary>
    public ProtoComments()
    {
        var path = Path.ChangeExtension(typeof(V1.Customer).Assembly.Location, ".xml");
        _texts = File.Exists(path)
            ? XDocument.Load(path).Descendants("member").Where(member => member.Element("summary") is not null)
                .ToDictionary(member => NameOf(member), member => Space().Replace(member.Element("summary")!.Value, " ").Trim())
            : [];
    }

    public string Of(MessageDescriptor message) => Find($"T:{NameOf(message.ClrType)}");

    public string Of(FieldDescriptor field) => Find($"P:{NameOf(field.ContainingType.ClrType)}.{field.PropertyName}");

    public string Of(EnumDescriptor kind) => Find($"T:{NameOf(kind.ClrType)}");

    public string Of(EnumValueDescriptor value) =>
        Find($"F:{NameOf(value.EnumDescriptor.ClrType)}.{Enum.GetName(value.EnumDescriptor.ClrType, value.Number)}");

    public string Of(ServiceDescriptor service) => Find($"T:{Namespace(service)}.{service.Name}");

    public string Of(MethodDescriptor method) =>
        Find($"M:{Namespace(method.Service)}.{method.Service.Name}.{method.Service.Name}Base.{method.Name}");

    private string Find(string name) => _texts.GetValueOrDefault(name, "");

    private static string Namespace(ServiceDescriptor service) => service.File.GetOptions().CsharpNamespace;

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    // No method of a service has two forms, so its parameters say nothing.
    private static string NameOf(XElement member)
    {
        var name = (string)member.Attribute("name")!;
        return name.EndsWith(",Grpc.Core.ServerCallContext)", StringComparison.Ordinal) ? name.Split('(')[0] : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
