using System.Globalization;
using System.Net;

namespace BlueGreen.Lab.Demo;

/// <summary>The demo app's settings. Where an option is not given, Marathon's environment says it.</summary>
internal sealed record ServeOptions
{
    public const string Usage = """
        Usage: BlueGreen.Lab serve [options]
          --version TEXT      what the answers name as their version (1)
          --address ADDRESS   address to bind to ($HOST, else 127.0.0.1; 0.0.0.0 is all)
          --port PORT         port to bind to ($PORT0, else 8080)
          --slow MS           time of an answer to /slow without ms= (2000)
          --start-delay MS    wait before listening (0)
          --crash-after MS    end with code 1 after this time
          --unhealthy         answer 503 to /health
          --graceful          at SIGTERM finish the requests in flight, instead of ending at once
        """;

    public string Version { get; init; } = "1";

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    public int Port { get; init; } = 8080;

    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan StartDelay { get; init; }

    public TimeSpan? CrashAfter { get; init; }

    public bool Unhealthy { get; init; }

    public bool Graceful { get; init; }

    /// <summary>Mesos' id of this task; empty outside a cluster.</summary>
    public string TaskId { get; init; } = "";

    /// <exception cref="CommandLineException">An option is unknown or its value does not fit.</exception>
    public static ServeOptions Parse(string[] args, Func<string, string?> environment)
    {
        var options = new ServeOptions { TaskId = environment("MESOS_TASK_ID") ?? "" };
        if (environment("HOST") is { Length: > 0 } host)
            options = options with { Address = ParseAddress("$HOST", host) };
        if (environment("PORT0") is { Length: > 0 } port)
            options = options with { Port = CommandLine.Number("$PORT0", port, 0, 65535) };

        foreach (var (name, value) in CommandLine.Read(args, flags: ["--unhealthy", "--graceful"]))
        {
            options = name switch
            {
                "--version" => options with { Version = value },
                "--address" => options with { Address = ParseAddress(name, value) },
                "--port" => options with { Port = CommandLine.Number(name, value, 0, 65535) },
                "--slow" => options with { Slow = Milliseconds(name, value) },
                "--start-delay" => options with { StartDelay = Milliseconds(name, value) },
                "--crash-after" => options with { CrashAfter = Milliseconds(name, value) },
                "--unhealthy" => options with { Unhealthy = true },
                "--graceful" => options with { Graceful = true },
                _ => throw new CommandLineException($"Unknown option '{name}'."),
            };
        }

        return options;
    }

    private static TimeSpan Milliseconds(string name, string value) =>
        TimeSpan.FromMilliseconds(CommandLine.Number(name, value, 0, 3_600_000));

    // Marathon's HOST may be a name; the task then listens on its address.
    private static IPAddress ParseAddress(string name, string value)
    {
        if (IPAddress.TryParse(value, out var address))
            return address;
        try
        {
            return Dns.GetHostAddresses(value, System.Net.Sockets.AddressFamily.InterNetwork)[0];
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new CommandLineException(string.Create(CultureInfo.InvariantCulture, $"{name}: '{value}' is no address: {e.Message}."));
        }
    }
}
