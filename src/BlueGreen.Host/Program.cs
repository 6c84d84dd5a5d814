using BlueGreen.Host.CommandLine;
using BlueGreen.Host.Running;

namespace BlueGreen.Host;

internal static class Program
{
    private static int Main(string[] args)
    {
        // The engine reads this once, while it loads.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        if (args is [ZddPlugin.Verb, .. var rest]) return ZddPlugin.Run(rest);

        HostOptions options;
        try
        {
            options = CommandLineReader.Read(args);
        }
        catch (CommandLineException mistake)
        {
            Console.Error.WriteLine(mistake.Message);
            return ExitCodes.BadArgument;
        }

        if (options.ShowHelp)
        {
            Console.Out.WriteLine(Usage.Text());
            return ExitCodes.Success;
        }

        if (options.ShowVersion)
        {
            Console.Out.WriteLine(Usage.Version());
            return ExitCodes.Success;
        }

        return HostSession.Run(options);
    }
}
