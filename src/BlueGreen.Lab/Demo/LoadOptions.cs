using System.Collections.Immutable;

namespace BlueGreen.Lab.Demo;

/// <summary>The load generator's settings. Rates are requests a second.</summary>
internal sealed record LoadOptions
{
    public const int LongestDuration = 3600;

    public const string Usage = """
        Usage: BlueGreen.Lab load --url URL [--url URL ...] [options]
          --url URL          a load balancer's service, http only; several are used in turn
          --rate R           quick requests a second (50)
          --slow-rate S      slow requests a second, besides the quick ones (0)
          --slow-share F     the same as a share of --rate
          --slow-ms MS       how long a slow request takes (2000)
          --fresh-share F    share of requests on a connection of their own, the others keep theirs alive (0.5)
          --connections N    connections kept alive for each url at most (16)
          --timeout MS       longest wait for an answer, on top of --slow-ms for slow requests (10000)
          --duration S       seconds, at most 3600 (60)
          --ends-with-input  ends when standard input does: with the process that started it
        Ends early on SIGINT, SIGTERM, or a line "stop" on standard input. Exit code: 0 nothing lost, 1 some lost, 2 wrong usage.
        """;

    public ImmutableArray<Uri> Urls { get; init; } = [];

    public double Rate { get; init; } = 50;

    public double SlowRate { get; init; }

    public int SlowMilliseconds { get; init; } = 2000;

    public double FreshShare { get; init; } = 0.5;

    public int Connections { get; init; } = 16;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True when the end of standard input ends the load.</summary>
    public bool EndsWithInput { get; init; }

    /// <exception cref="CommandLineException">An option is unknown, its value does not fit, or there is no url.</exception>
    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions();
        double? slowShare = null;
        foreach (var (name, value) in CommandLine.Read(args, flags: ["--ends-with-input"]))
        {
            if (name == "--slow-share")
            {
                slowShare = CommandLine.Fraction(name, value, 0, 1);
                continue;
            }

            options = name switch
            {
                "--url" => options with { Urls = options.Urls.Add(ParseUrl(value)) },
                "--rate" => options with { Rate = CommandLine.Fraction(name, value, 0, 100_000) },
                "--slow-rate" => options with { SlowRate = CommandLine.Fraction(name, value, 0, 100_000) },
                "--slow-ms" => options with { SlowMilliseconds = CommandLine.Number(name, value, 0, 600_000) },
                "--fresh-share" => options with { FreshShare = CommandLine.Fraction(name, value, 0, 1) },
                "--connections" => options with { Connections = CommandLine.Number(name, value, 1, 10_000) },
                "--timeout" => options with { Timeout = TimeSpan.FromMilliseconds(CommandLine.Number(name, value, 1, 600_000)) },
                "--ends-with-input" => options with { EndsWithInput = true },
                "--duration" => options with { Duration = TimeSpan.FromSeconds(CommandLine.Fraction(name, value, 0, LongestDuration)) },
                _ => throw new CommandLineException($"Unknown option '{name}'."),
            };
        }

        if (options.Urls.IsEmpty)
            throw new CommandLineException("At least one --url is needed.");
        return slowShare is { } share ? options with { SlowRate = share * options.Rate } : options;
    }

    private static Uri ParseUrl(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp
            ? url
            : throw new CommandLineException($"Option '--url' needs an http url, not '{value}'.");
}
