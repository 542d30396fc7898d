using System.CommandLine;
using KhsCrm.Development.SampleData;

namespace KhsCrm.Development;

/// <summary>The service with a database and sample data of its own, on loopback; what <c>scripts/run</c> starts.</summary>
internal static class DevelopmentCommand
{
    public static RootCommand Create()
    {
        var port = new Option<int>("--port") { Description = "The port to serve on.", DefaultValueFactory = _ => 5080 };
        var httpPort = new Option<int?>("--http-port")
        {
            Description = "The port to serve HTTP/1.1 on, for browsers and curl; one above --port unless given.",
        };
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Where the private PostgreSQL cluster keeps its data.",
            DefaultValueFactory = _ => new DirectoryInfo(".data"),
        };
        var connection = new Option<string?>("--connection") { Description = "Use this PostgreSQL database instead." };
        var fresh = new Option<bool>("--fresh") { Description = "Throw the private cluster's data away first." };
        var size = new SampleSize();
        var customers = new Option<int>("--customers") { Description = "Sample customers.", DefaultValueFactory = _ => size.Customers };
        var jobs = new Option<int>("--jobs") { Description = "Sample jobs.", DefaultValueFactory = _ => size.Jobs };
        var materials = new Option<int>("--materials") { Description = "Sample materials.", DefaultValueFactory = _ => size.Materials };

        var command = new RootCommand("The KhsCrm sync service on loopback, with a database and sample data. Never in Production.")
        {
            port, httpPort, data, connection, fresh, customers, jobs, materials,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(port) is < 0 or > 65_535)
                result.AddError("--port must be 0 to 65535.");
            if (HttpPort(result.GetValue(port), result.GetValue(httpPort)) is < 0 or > 65_535)
                result.AddError("--http-port must be 0 to 65535.");
            if (result.GetValue(customers) < 0 || result.GetValue(jobs) < 0 || result.GetValue(materials) < 0)
                result.AddError("--customers, --jobs and --materials must not be negative.");
            if ((result.GetValue(jobs) > 0 && result.GetValue(customers) == 0) || (result.GetValue(materials) > 0 && result.GetValue(jobs) == 0))
                result.AddError("Jobs need customers, and materials need jobs.");
            if (result.GetValue(fresh) && result.GetValue(connection) is not null)
                result.AddError("--fresh throws away the private cluster; with --connection there is none.");
        });
        command.SetAction((result, cancellationToken) => DevelopmentHost.RunAsync(
            new DevelopmentSettings(
                result.GetValue(port),
                HttpPort(result.GetValue(port), result.GetValue(httpPort)),
                result.GetValue(data)!.FullName,
                result.GetValue(connection),
                result.GetValue(fresh),
                new SampleSize(result.GetValue(customers), result.GetValue(jobs), result.GetValue(materials))),
            cancellationToken));
        return command;
    }

    private static int HttpPort(int port, int? given) => given ?? (port == 0 ? 0 : port + 1);
}
