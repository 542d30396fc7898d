using KhsCrm.SyncServer.Commands;

return await ServerCommands.Create().Parse(args).InvokeAsync();
