using System.Globalization;
using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Haproxy;

/// <summary>Takes servers of the load balancers in or out of the pool at runtime, or changes their weight.</summary>
[Cmdlet(VerbsCommon.Set, "HaproxyServer", SupportsShouldProcess = true)]
[OutputType(typeof(HaproxyServerStat))]
public sealed class SetHaproxyServerCommand : ServerCmdlet
{
    // A number, since a field with a value type of the engine has it loaded before ModuleInitializer can say from where.
    private int? _state;

    /// <summary>Names of servers, or patterns.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Server { get; set; } = [];

    /// <summary>What HAProxy is to do with them.</summary>
    [Parameter]
    public new ServerTarget State { get => (ServerTarget)(_state ?? 0); set => _state = (int)value; }

    /// <summary>Their weight.</summary>
    [Parameter]
    [ValidateRange(0, 256)]
    public int? Weight { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        TryAll(() =>
        {
            if (_state is null && Weight is null)
            {
                throw new BlueGreenException(ErrorKind.InvalidArgument, "NothingToChange", "Neither a state nor a weight is given.", "Give -State, -Weight or both.");
            }
        });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Backend, () =>
    {
        foreach (var server in FindServers(Server)) Try(server, () => Set(server));
    });

    private void Set(HaproxyServerStat server)
    {
        ServerTarget? target = _state is { } state ? (ServerTarget)state : null;
        var weight = Weight is { } number ? string.Format(CultureInfo.InvariantCulture, "weight {0}", number) : null;
        var action = $"Set to {string.Join(", ", new[] { target?.ToString(), weight }.Where(word => word is not null))} (now {server.Status})";
        if (!ShouldProcess(Name(server), action)) return;
        var after = Run(call => Connected.Cluster.Servers.SetAsync(server, target, Weight, call.Token));
        if (PassThru) WriteObject(after);
    }
}
