using KhsCrm.SyncServer.Commands;

return ServerCommands.IsConfiguration(args)
    ? await ServeCommand.RunAsync(args)
    : await ServerCommands.Create().Parse(args).InvokeAsync();
