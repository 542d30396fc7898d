using KhsCrm.Cli;
using KhsCrm.Cli.Output;

return await KhsApp.RunAsync(args, Terminal.OfProcess());
