using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Session;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Lab;

/// <summary>Starts a cluster of its own on this machine, and opens a session with it.</summary>
[Cmdlet(VerbsLifecycle.Start, "BlueGreenLab")]
[OutputType(typeof(BlueGreenSession))]
public sealed class StartBlueGreenLabCommand : EngineCmdlet
{
    /// <summary>How many load balancer instances it has.</summary>
    [Parameter(Position = 0)]
    [Alias("Lb")]
    [ValidateRange(0, 50)]
    public int LoadBalancers { get; set; } = 1;

    /// <summary>Gives each HAProxy an admin socket.</summary>
    [Parameter]
    public SwitchParameter AdminSocket { get; set; }

    /// <summary>Gives each HAProxy a master socket.</summary>
    [Parameter]
    public SwitchParameter MasterSocket { get; set; }

    /// <summary>The folder for the output of tasks; without it, a temporary one that goes with the lab.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Sandbox { get; set; }

    /// <summary>How the session is called in -Session.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "lab";

    /// <summary>How long it may take to start.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSec { get; set; } = 60;

    /// <inheritdoc/>
    protected override void ProcessRecord() => TryAll(() =>
    {
        var program = Program();
        var arguments = Arguments();
        var lab = Run(call => LabProcess.StartAsync(program, arguments, TimeSpan.FromSeconds(TimeoutSec), call.Token));
        try
        {
            var session = new BlueGreenSession(
                ClusterSession.Create(
                    new SessionOptions
                    {
                        Name = Name,
                        MarathonUris = [new Uri(lab.Endpoints.MarathonUri)],
                        LoadBalancerUris = [.. lab.Endpoints.MarathonLbUris.Select(uri => new Uri(uri))],
                        HaproxySockets = lab.Endpoints.AdminSockets ?? [],
                        HaproxyMasterSockets = lab.Endpoints.MasterSockets ?? [],
                    },
                    SilentSink.Instance),
                lab);
            State.Add(lab);
            State.Add(session);
            WriteObject(session);
        }
        catch (UriFormatException error)
        {
            lab.Dispose();
            throw new BlueGreenException(
                ErrorKind.ProtocolError, "LabNotUnderstood", $"The lab said an address that is none: {error.Message}",
                "Use the lab that came with this version of the module.", cause: error);
        }
    });

    private static string Program()
    {
        var program = Path.Combine(Path.GetDirectoryName(typeof(StartBlueGreenLabCommand).Assembly.Location)!, "lab", "BlueGreen.Lab.dll");
        return File.Exists(program) ? program : throw new BlueGreenException(
            ErrorKind.NotFound, "LabNotInstalled", $"The lab is not there: {program}.", "Install the whole module, with its folder 'lab'.", program);
    }

    private List<string> Arguments()
    {
        var arguments = new List<string> { "--json", "--parent", $"{System.Diagnostics.Process.GetCurrentProcess().Id}", "--lb", $"{LoadBalancers}" };
        if (AdminSocket) arguments.Add("--admin-socket");
        if (MasterSocket) arguments.Add("--master-socket");
        if (Sandbox is not null) arguments.AddRange(["--sandbox", GetUnresolvedProviderPathFromPSPath(Sandbox)]);
        return arguments;
    }
}
