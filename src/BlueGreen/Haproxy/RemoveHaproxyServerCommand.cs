using System.Management.Automation;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Haproxy;

/// <summary>Removes servers that have nothing pending from a backend of the load balancers at runtime.</summary>
[Cmdlet(VerbsCommon.Remove, "HaproxyServer", SupportsShouldProcess = true)]
[OutputType(typeof(HaproxyServerStat))]
public sealed class RemoveHaproxyServerCommand : ServerCmdlet
{
    /// <summary>Names of servers, or patterns.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Server { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Backend, () =>
    {
        foreach (var server in FindServers(Server)) Try(server, () => Remove(server));
    });

    private void Remove(HaproxyServerStat server)
    {
        if (!ShouldProcess(Name(server), $"Remove the server (now {server.Status})")) return;
        Run(call => Connected.Cluster.Servers.RemoveAsync(server, call.Token));
        if (PassThru) WriteObject(server);
    }
}
