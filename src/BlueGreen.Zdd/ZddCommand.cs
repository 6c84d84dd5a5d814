using BlueGreen.Engine;
using BlueGreen.Zdd.CommandLine;
using BlueGreen.Zdd.Logging;
using BlueGreen.Zdd.Running;

namespace BlueGreen.Zdd;

/// <summary>The drop-in for zdd.py: its arguments, its output, its exit codes.</summary>
public static class ZddCommand
{
    /// <summary>What argparse leaves with when the command line cannot be followed.</summary>
    private const int UsageExitCode = 2;

    /// <summary>Runs on the console of the process.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments) => RunAsync(arguments, Console.In, Console.Out, Console.Error).GetAwaiter().GetResult();

    internal static async Task<int> RunAsync(string[] arguments, TextReader input, TextWriter output, TextWriter errors)
    {
        ZddOptions options;
        try
        {
            options = ZddOptions.Parse(arguments);
        }
        catch (UsageException mistake)
        {
            await errors.WriteLineAsync($"{Usage.Short()}\n{Usage.Program}: error: {mistake.Message}");
            return UsageExitCode;
        }

        if (options.Help || options.LongHelp)
        {
            await output.WriteLineAsync(options.Help ? Usage.Help() : Usage.Long());
            return 0;
        }

        using var signals = new Signals();
        try
        {
            using var log = Log.Open(options, errors);
            try
            {
                using var session = Session.Open(options, log);
                var prompt = new Prompt(input, output, options.Force);
                return (int)await new ZddDeployment(options, session, log, prompt, output).RunAsync(signals.Token);
            }
            catch (BlueGreenException error)
            {
                log.Error($"{error.Message} {Remedies.For(error)}");
                return (int)ExitCodes.Of(error);
            }
            catch (ZddException error)
            {
                log.Error($"{error.Message} {error.Remedy}");
                return (int)error.ExitCode;
            }
            catch (OperationCanceledException) when (signals.Received is { } signal)
            {
                log.Error("Ended by a signal. What was begun stays as it is: go on with --resume, or go back with --complete-prev.");
                return 128 + signal;
            }
        }
        catch (ZddException error)
        {
            // There is no log to tell it to.
            await errors.WriteLineAsync($"{Usage.Program}: error: {error.Message} {error.Remedy}");
            return (int)error.ExitCode;
        }
    }
}
