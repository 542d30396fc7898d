using KhsCrm.Development.SampleData;

namespace KhsCrm.Development;

/// <summary>What the development host was asked for.</summary>
/// <param name="Port">The loopback port for gRPC; 0 for any free one.</param>
/// <param name="HttpPort">The loopback port for HTTP/1.1: JSON, gRPC-Web and the page of the API; 0 for any free one.</param>
/// <param name="DataFolder">Where the private cluster keeps its data.</param>
/// <param name="Connection">Another database to use; null for the private cluster.</param>
/// <param name="Fresh">Whether the private cluster's data is thrown away first.</param>
/// <param name="Size">How much sample data.</param>
internal sealed record DevelopmentSettings(
    int Port, int HttpPort, string DataFolder, string? Connection, bool Fresh, SampleSize Size);
