using System.Management.Automation;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Haproxy;

/// <summary>Gets the load balancer instances and their processes.</summary>
[Cmdlet(VerbsCommon.Get, "HaproxyInstance")]
[OutputType(typeof(HaproxyInstance))]
public sealed class GetHaproxyInstanceCommand : SessionCmdlet
{
    /// <summary>Names or patterns, such as <c>10.0.6.*</c>.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord() => TryAll(() =>
    {
        var names = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var readings = Run(call => Connected.ReadLoadBalancersAsync([], call.Token));
        foreach (var reading in readings.Where(r => names.Exists(name => name.IsMatch(r.Instance.Name))))
        {
            WriteObject(new HaproxyInstance(reading));
            if (reading.Processes is null) WriteError(ErrorRecords.From(BlueGreenSession.Unreadable(reading), reading.Instance.Name));
        }
    });
}
