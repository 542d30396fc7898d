using KhsCrm.Cli;

return await KhsApp.RunAsync(args, Console.In, Console.Out, Console.Error);
