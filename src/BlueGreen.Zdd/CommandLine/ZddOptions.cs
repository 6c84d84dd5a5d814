using System.Globalization;

namespace BlueGreen.Zdd.CommandLine;

/// <summary>What the command line asks for.</summary>
internal sealed record ZddOptions
{
    public bool Help { get; private init; }

    public bool LongHelp { get; private init; }

    public string Marathon { get; private init; } = "";

    public string MarathonLb { get; private init; } = "";

    /// <summary>Path of the app file.</summary>
    public string Json { get; private init; } = "";

    public bool DryRun { get; private init; }

    public bool Force { get; private init; }

    public int InitialInstances { get; private init; }

    public int LinearIncrease { get; private init; }

    public bool Resume { get; private init; }

    public TimeSpan MaxWait { get; private init; }

    public int NewInstances { get; private init; }

    public bool CompleteCurrent { get; private init; }

    public bool CompletePrevious { get; private init; }

    public string? PreKillHook { get; private init; }

    /// <summary>Null for the one that a system usually has.</summary>
    public string? SyslogSocket { get; private init; }

    public string LogFormat { get; private init; } = "";

    public string LogLevel { get; private init; } = "";

    public string? CredentialFile { get; private init; }

    public string? Credentials { get; private init; }

    public string? DcosCredentials { get; private init; }

    public string? CertificateAuthority { get; private init; }

    public bool CutSessions { get; private init; }

    public TimeSpan MaxHealthWait { get; private init; }

    public bool AllowNoHealthChecks { get; private init; }

    public bool AllowNoLock { get; private init; }

    /// <exception cref="UsageException">The command line cannot be followed.</exception>
    public static ZddOptions Parse(IReadOnlyList<string> arguments)
    {
        var given = new ArgumentParser(Options.All).Parse(arguments);
        var options = new ZddOptions
        {
            Help = Has("help"),
            LongHelp = Has("longhelp"),
            Marathon = Text("marathon") ?? "",
            MarathonLb = Text("marathon-lb") ?? "",
            Json = Text("json") ?? "",
            DryRun = Has("dry-run"),
            Force = Has("force"),
            InitialInstances = Number("initial-instances"),
            LinearIncrease = Number("linear-increase"),
            Resume = Has("resume"),
            MaxWait = TimeSpan.FromSeconds(Math.Max(0, Number("max-wait"))),
            NewInstances = Number("new-instances"),
            CompleteCurrent = Has("complete-cur"),
            CompletePrevious = Has("complete-prev"),
            PreKillHook = Text("pre-kill-hook"),
            SyslogSocket = given.GetValueOrDefault("syslog-socket"),
            LogFormat = Text("log-format")!,
            LogLevel = Text("log-level")!.ToUpperInvariant(),
            CredentialFile = Filled("marathon-auth-credential-file"),
            Credentials = Filled("auth-credentials"),
            DcosCredentials = Filled("dcos-auth-credentials") ?? Options.ServiceAccountOfEnvironment,
            CertificateAuthority = Filled("marathon-ca-cert"),
            CutSessions = Has("cut-sessions"),
            MaxHealthWait = TimeSpan.FromSeconds(Math.Max(0, Number("max-health-wait"))),
            AllowNoHealthChecks = Has("allow-no-health-checks"),
            AllowNoLock = Has("allow-no-lock"),
        };
        return options.Help || options.LongHelp ? options : options.Required(given);

        bool Has(string key) => given.ContainsKey(key);

        string? Text(string key) => given.GetValueOrDefault(key) ?? Find(key).Default;

        string? Filled(string key) => Text(key) is { Length: > 0 } text ? text : null;

        int Number(string key) => int.Parse(Text(key)!, CultureInfo.InvariantCulture);
    }

    /// <summary>The socket that syslog has when none is given.</summary>
    public static string DefaultSyslogSocket => Find("syslog-socket").Default!;

    private static Option Find(string key) => Options.All.First(option => option.Key == key);

    private ZddOptions Required(IReadOnlyDictionary<string, string> given)
    {
        foreach (var key in new[] { "marathon", "marathon-lb", "json" })
        {
            if (!given.ContainsKey(key)) throw new UsageException($"argument {Find(key).Title} is required");
        }

        return this;
    }
}
