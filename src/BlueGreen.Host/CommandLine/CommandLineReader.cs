using System.Text;
using Microsoft.PowerShell;

namespace BlueGreen.Host.CommandLine;

/// <summary>
/// Reads the part of pwsh's command line that this host can follow: switches may be shortened as in pwsh, begin with
/// <c>-</c>, <c>--</c> or <c>/</c>, and everything after <c>-File</c> or <c>-Command</c> belongs to the script or command.
/// </summary>
internal static class CommandLineReader
{
    // Name, and the shortest form that pwsh takes for it.
    private static readonly (string Name, string Shortest)[] Switches =
    [
        ("version", "v"), ("help", "h"), ("noprofile", "nop"), ("nologo", "nol"), ("noexit", "noe"),
        ("noninteractive", "noni"), ("interactive", "i"), ("file", "f"), ("command", "c"), ("encodedcommand", "e"),
        ("workingdirectory", "wo"), ("executionpolicy", "ex"), ("outputformat", "o"), ("inputformat", "in"),
    ];

    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["?"] = "help", ["ec"] = "encodedcommand", ["ep"] = "executionpolicy", ["wd"] = "workingdirectory",
    };

    private static readonly string[] PwshOnly =
    [
        "configurationname", "configurationfile", "custompipename", "encodedarguments", "login", "mta", "sta",
        "noprofileloadtime", "removeworkingdirectorytrailingcharacter", "commandwithargs", "cwa", "settingsfile",
        "sshservermode", "servermode", "socketservermode", "namedpipeservermode", "v2socketservermode", "windowstyle",
    ];

    /// <summary>Reads the arguments of the process.</summary>
    /// <exception cref="CommandLineException">An argument is unknown, lacks its value, or is something that only pwsh has.</exception>
    public static HostOptions Read(IReadOnlyList<string> args)
    {
        var options = new HostOptions();
        for (var i = 0; i < args.Count; i++)
        {
            if (!IsSwitch(args[i]))
                return WithFile(options, args, i);

            var name = Resolve(args[i]);
            switch (name)
            {
                case "file":
                    return Value(args, i, name) == "-" ? FromInput(options) : WithFile(options, args, i + 1);
                case "command":
                    return WithCommand(options, args, i + 1);
                case "encodedcommand":
                    options = options with { Command = Decode(Value(args, i++, name)) };
                    break;
                case "workingdirectory":
                    options = options with { WorkingDirectory = Value(args, i++, name) };
                    break;
                case "executionpolicy":
                    options = options with { ExecutionPolicy = Policy(Value(args, i++, name)) };
                    break;
                case "outputformat" or "inputformat":
                    RequireText(name, Value(args, i++, name));
                    break;
                default:
                    options = WithSwitch(options, name);
                    break;
            }
        }

        return options;
    }

    private static bool IsSwitch(string arg) =>
        arg.Length > 1 && (arg[0] == '-' || (OperatingSystem.IsWindows() && arg[0] == '/'));

    private static string Resolve(string arg)
    {
        var word = arg.TrimStart('-', '/');
        if (OtherNames.TryGetValue(word, out var name))
            return name;

        foreach (var (full, shortest) in Switches)
        {
            if (full.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && word.StartsWith(shortest, StringComparison.OrdinalIgnoreCase))
                return full;
        }

        throw new CommandLineException(PwshOnly.Contains(word, StringComparer.OrdinalIgnoreCase)
            ? $"Only pwsh has the switch '{arg}'. Run this command line with pwsh 7.4 or newer, or leave the switch out."
            : $"The switch '{arg}' is not known. See -Help; a script's own arguments come after -File <script>.");
    }

    private static HostOptions WithSwitch(HostOptions options, string name) => name switch
    {
        "help" => options with { ShowHelp = true },
        "version" => options with { ShowVersion = true },
        "nologo" => options with { NoLogo = true },
        "noexit" => options with { NoExit = true },
        "noninteractive" => options with { NonInteractive = true },
        // There are no profiles here, and a prompt is what no argument means: both are met already.
        _ => options,
    };

    private static HostOptions WithFile(HostOptions options, IReadOnlyList<string> args, int at) =>
        options with { File = args[at], FileArguments = ScriptArguments.Read(args.Skip(at + 1)) };

    private static HostOptions WithCommand(HostOptions options, IReadOnlyList<string> args, int at)
    {
        Value(args, at - 1, "command");
        return args[at] == "-" && args.Count == at + 1
            ? FromInput(options)
            : options with { Command = string.Join(' ', args.Skip(at)) };
    }

    private static HostOptions FromInput(HostOptions options) => options with { CommandFromInput = true };

    private static string Value(IReadOnlyList<string> args, int at, string name) => at + 1 < args.Count
        ? args[at + 1]
        : throw new CommandLineException($"-{name} needs a value after it. See -Help.");

    private static string Decode(string base64)
    {
        try
        {
            return Encoding.Unicode.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw new CommandLineException(
                "-EncodedCommand needs the command as base64 of its UTF-16LE text; what was given is not base64.");
        }
    }

    private static ExecutionPolicy Policy(string value) => Enum.TryParse<ExecutionPolicy>(value, ignoreCase: true, out var policy)
        ? policy
        : throw new CommandLineException(
            $"-ExecutionPolicy does not know '{value}'. It takes one of {string.Join(", ", Enum.GetNames<ExecutionPolicy>())}.");

    private static void RequireText(string name, string value)
    {
        if (!value.Equals("Text", StringComparison.OrdinalIgnoreCase))
            throw new CommandLineException($"-{name} {value} is something that only pwsh has; BlueGreen.Host reads and writes Text.");
    }
}
