using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.V1;

// The connection string comes by ConnectionStrings__KhsCrm, as for the service itself.
await using var app = ServerApp.Build(["--environment=Development", "--urls=http://127.0.0.1:0", .. args], builder =>
{
    builder.Configuration["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey;
    builder.Services.PostConfigure<DeltaOptions>(
        options => options.Kinds = KindSet.Known.Except(KindSet.Of(EntityType.JobStatusHistory)));
});
await app.StartAsync();
await Console.Out.WriteLineAsync($"ready {app.Urls.First()}");
await app.WaitForShutdownAsync();
