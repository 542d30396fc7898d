using KhsCrm.Development;

return await DevelopmentCommand.Create().Parse(args).InvokeAsync();
