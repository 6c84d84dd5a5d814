namespace BlueGreen.Zdd.CommandLine;

/// <summary>
/// zdd.py's options, in its order, and ours behind them. Source of names, order and defaults: mesosphere/marathon-lb, <c>zdd.py</c>
/// (<c>get_arg_parser</c>) and <c>common.py</c>.
/// </summary>
internal static class Options
{
    private const string ServiceAccountVariable = "DCOS_SERVICE_ACCOUNT_CREDENTIAL";

    public static readonly IReadOnlyList<Option> All =
    [
        Flag("Shows this text and ends", "-h", "--help"),
        Flag("Shows the labels, how a deployment goes and the exit codes, and ends", "--longhelp"),
        Value(
            "Required: where Marathon is, such as http://marathon.mesos:8080. Several instances of one cluster with "
            + "commas between", "--marathon", "-m"),
        Value(
            "Required: where marathon-lb's statistics are, such as http://marathon-lb.marathon.mesos:9090. Every A "
            + "record is a load balancer", "--marathon-lb", "-l"),
        Value("Required: the file with the app, in JSON", "--json", "-j"),
        Flag("Prints the app as it would be created, and changes nothing", "--dry-run", "-d"),
        Flag("Answers every question with yes", "--force", "-f"),
        Number(
            "Accepted, and of no effect: the cluster is looked at several times a second and by its events, so that "
            + "no step waits longer than it has to", 5, "--step-delay", "-s"),
        Number("How many instances the new colour starts with, at most as many as there are now", 1, "--initial-instances", "-i"),
        Number("Grows the new colour by so many instances at each step; 0: by half of what is there", 0, "--linear-increase"),
        Flag("Goes on with a deployment that was left half-way", "--resume", "-r"),
        Number(
            "How many seconds the sessions of tasks that left the pool may take to end. zdd.py then cuts those that are left; here the "
            + "deployment is held with both colours up and everything served (exit code 10, go on with --resume), unless --cut-sessions is given", 300, "--max-wait", "-w"),
        Number(
            "Keeps both colours: so many instances of the new one and the rest of the old one; 0: only the new one",
            0, "--new-instances", "-n"),
        Flag("Out of both colours, lets the newer one serve alone", "--complete-cur", "-c"),
        Flag("Out of both colours, lets the older one serve alone. It is brought to its full number first", "--complete-prev", "-p"),
        Value(
            "A program that is called before tasks are killed, and before the question about it, with three arguments in JSON: the old app, the "
            + "list of task ids, the new app. Any exit code but 0 ends the deployment with both colours up (exit code 2). Here it is called before the "
            + "old app is removed too", "--pre-kill-hook"),
        Value(
            "The socket of syslog; /dev/null for none. When the default is not there it is left out",
            "--syslog-socket") with { Default = DefaultSyslogSocket },
        Value(
            "How a line of the log looks, in the form of Python's logging",
            "--log-format") with { Default = "%(asctime)-15s %(name)s: %(message)s" },
        Value("CRITICAL, ERROR, WARNING, INFO, DEBUG, or NOTSET for each HTTP request too", "--log-level") with { Default = "DEBUG" },
        Value("A file whose first line is user:password for Marathon", "--marathon-auth-credential-file"),
        Value(
            "user:password for Marathon. Others on this machine can see it in the list of processes: prefer the file",
            "--auth-credentials"),
        Value(
            $"The DC/OS service account, as JSON; without it, what the variable {ServiceAccountVariable} holds",
            "--dcos-auth-credentials"),
        Value(
            "A file with the cluster's own certificate authority. Certificates are always checked, those of the DC/OS "
            + "sign-in too", "--marathon-ca-cert"),
        Flag("Goes on after --max-wait, and cuts the sessions that are left, as zdd.py does", "--cut-sessions") with { IsOwn = true },
        Number(
            "How many seconds the new colour's tasks may take to get healthy at each step. zdd.py waits for ever; here the deployment is then "
            + "held with both colours up (exit code 10)", 900, "--max-health-wait") with { IsOwn = true },
        Flag(
            "Deploys an app without health checks. It is refused without this flag, since marathon-lb then drains the old colour before a task of "
            + "the new one runs", "--allow-no-health-checks") with { IsOwn = true },
        Flag(
            "Goes on where Marathon does not take the app /.../bluegreen-lock-<group>.1, which keeps a second driver from the group while "
            + "this one works", "--allow-no-lock") with { IsOwn = true },
    ];

    private static string DefaultSyslogSocket => OperatingSystem.IsMacOS() ? "/var/run/syslog" : "/dev/log";

    /// <summary>The service account that goes without an option; null for none.</summary>
    public static string? ServiceAccountOfEnvironment => Environment.GetEnvironmentVariable(ServiceAccountVariable) is { Length: > 0 } json ? json : null;

    private static Option Flag(string help, params string[] names) => new(names, help);

    private static Option Value(string help, params string[] names) => new(names, help) { TakesValue = true };

    private static Option Number(string help, int @default, params string[] names) =>
        new(names, help) { TakesValue = true, IsNumber = true, Default = @default.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
