using System.Globalization;
using System.Net;

namespace BlueGreen.Lab.Hosting;

/// <summary>What the command line asks for.</summary>
internal sealed record LabOptions
{
    public const string Usage = """
        Usage: BlueGreen.Lab [options]
               BlueGreen.Lab serve|load [options]   (the demo's server and its load; see their --help)

          --lb N                   number of load balancers (default 1, 0 for none)
          --marathon-address A     address of Marathon's API (default 127.0.0.1)
          --marathon-port P        its port (default 0: a free one)
          --lb-address A           address of the first load balancer, the next ones count up
                                   (default: free ones from 127.0.1.1 on)
          --lb-port P              stats port of every load balancer (default 9090)
          --agent-address A        address of a machine of the cluster; may be repeated (default 127.0.0.1)
          --admin-socket           give every HAProxy an admin socket
          --master-socket          give every HAProxy a master socket
          --sandbox DIR            folder for the tasks' folders; kept (default: a temporary one, removed at the end)
          --parent PID             end when this process is gone
          --json                   print the endpoints as one line of JSON, and end when standard input is closed
          --verbose                log what goes on to standard error
          --help
        """;

    public int LoadBalancers { get; private init; } = 1;

    public IPAddress MarathonAddress { get; private init; } = IPAddress.Loopback;

    public int MarathonPort { get; private init; }

    /// <summary>Null: the lab chooses free addresses.</summary>
    public IPAddress? LoadBalancerAddress { get; private init; }

    public int LoadBalancerPort { get; private init; } = 9090;

    public IReadOnlyList<IPAddress> Agents { get; private init; } = [];

    public bool AdminSocket { get; private init; }

    public bool MasterSocket { get; private init; }

    /// <summary>Null: a folder below the work folder, which goes with it.</summary>
    public string? Sandbox { get; private init; }

    public int? Parent { get; private init; }

    public bool Json { get; private init; }

    public bool Verbose { get; private init; }

    public bool Help { get; private init; }

    /// <exception cref="ArgumentException">An argument is unknown or has no good value.</exception>
    public static LabOptions Parse(IReadOnlyList<string> args)
    {
        var options = new LabOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            options = name switch
            {
                "--lb" => options with { LoadBalancers = Number(0, 50) },
                "--marathon-address" => options with { MarathonAddress = Loopback() },
                "--marathon-port" => options with { MarathonPort = Number(0, 65535) },
                "--lb-address" => options with { LoadBalancerAddress = Loopback() },
                "--lb-port" => options with { LoadBalancerPort = Number(1, 65535) },
                "--agent-address" => options with { Agents = [.. options.Agents, Loopback()] },
                "--admin-socket" => options with { AdminSocket = true },
                "--master-socket" => options with { MasterSocket = true },
                "--sandbox" => options with { Sandbox = Path.GetFullPath(Value()) },
                "--parent" => options with { Parent = Number(1, int.MaxValue) },
                "--json" => options with { Json = true },
                "--verbose" => options with { Verbose = true },
                "--help" or "-h" => options with { Help = true },
                _ => throw new ArgumentException($"Unknown argument '{name}'. --help lists what there is."),
            };

            string Value() => ++i < args.Count ? args[i] : throw new ArgumentException($"{name} needs a value.");

            int Number(int min, int max)
            {
                var text = Value();
                return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
                    ? number
                    : throw new ArgumentException($"{name} needs a number from {min} to {max}, not '{text}'.");
            }

            IPAddress Loopback()
            {
                var text = Value();
                return IPAddress.TryParse(text, out var address) && IPAddress.IsLoopback(address)
                    ? address
                    : throw new ArgumentException($"{name} needs a loopback address such as 127.0.1.1, not '{text}'.");
            }
        }

        return options.Agents.Count > 0 ? options : options with { Agents = [IPAddress.Loopback] };
    }
}
