using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Hosting;

namespace BlueGreen.Haproxy;

/// <summary>Adds a server to a backend of the load balancers at runtime.</summary>
[Cmdlet(VerbsCommon.Add, "HaproxyServer", SupportsShouldProcess = true)]
[OutputType(typeof(HaproxyServerStat))]
public sealed class AddHaproxyServerCommand : ServerCmdlet
{
    /// <summary>The new server's name.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidatePattern("^[A-Za-z0-9_.:-]+$")]
    public string Server { get; set; } = "";

    /// <summary>Its address and port.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Address { get; set; } = "";

    /// <summary>Its weight; without it, 1.</summary>
    [Parameter]
    [ValidateRange(0, 256)]
    public int? Weight { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Backend, () =>
    {
        foreach (var reading in ReadBackend()) Try(reading.Instance.Name, () => Add(reading));
    });

    private void Add(LoadBalancerReading reading)
    {
        if (reading.Servers.Any(s => s.Backend == Backend && s.Server == Server))
        {
            throw new BlueGreenException(
                ErrorKind.AlreadyExists, "ServerExists", $"The load balancer {reading.Instance.Name} has a server {Backend}/{Server} already.",
                "Give another name, or change that one with Set-HaproxyServer.", $"{Backend}/{Server}");
        }

        if (!ShouldProcess(LogText.Safe($"{Backend} on load balancer {reading.Instance.Name}"), LogText.Safe($"Add the server {Server} at {Address}"))) return;
        var after = Run(call => Connected.Cluster.Servers.AddAsync(reading.Instance, Backend, Server, Address, Weight, call.Token));
        if (PassThru) WriteObject(after);
    }
}
