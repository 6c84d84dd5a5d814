using System.Management.Automation;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Hosting;
using BlueGreen.Marathon;
using BlueGreen.Session;

namespace BlueGreen.Haproxy;

/// <summary>Gets the servers of backends as each load balancer instance sees them.</summary>
[Cmdlet(VerbsCommon.Get, "HaproxyBackendStat")]
[OutputType(typeof(HaproxyServerStat))]
public sealed class GetHaproxyBackendStatCommand : SessionCmdlet
{
    /// <summary>Names of backends, or patterns, such as <c>shop_10000</c>.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Backend { get; set; }

    /// <summary>Only backends of these deployment groups, or patterns.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[]? DeploymentGroup { get; set; }

    /// <summary>Only servers that stand for tasks of these apps, or patterns.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AppIdCompleter))]
    public string[]? AppId { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(AppId, () =>
    {
        var (readings, tasks) = Run(ReadAsync);
        var patterns = Backend?.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        foreach (var reading in readings)
        {
            if (reading.Quality != ReadingQuality.Consistent)
            {
                WriteError(ErrorRecords.From(BlueGreenSession.Unreadable(reading), reading.Instance.Name));
            }

            foreach (var server in reading.Servers.Where(s => patterns is null || patterns.Exists(p => p.IsMatch(s.Backend))))
            {
                tasks.TryGetValue(server, out var task);
                if (AppId is null || task is not null) WriteObject(server with { AppId = task?.AppId, TaskId = task?.Id });
            }
        }
    });

    private async Task<(IReadOnlyList<LoadBalancerReading> Readings, Dictionary<HaproxyServerStat, MarathonTask> Tasks)> ReadAsync(EngineCall call)
    {
        if (AppId is null && DeploymentGroup is null)
        {
            // Whole names can be asked for by name, which is far less to read on a big load balancer.
            string[] scope = Backend?.Any(AppIds.IsPattern) == false ? Backend : [];
            return (await Connected.ReadLoadBalancersAsync(scope, call.Token).ConfigureAwait(false), []);
        }

        var apps = await FindAppsAsync(call).ConfigureAwait(false);
        var backends = apps.SelectMany(app => ServerNames.Backends(app)).Distinct(StringComparer.Ordinal).ToList();
        if (backends.Count == 0) return ([], []);
        var readings = await Connected.ReadLoadBalancersAsync(backends, call.Token).ConfigureAwait(false);
        var servers = new TaskServers(readings.SelectMany(reading => reading.Servers));
        var tasks = new Dictionary<HaproxyServerStat, MarathonTask>();
        foreach (var (task, server) in apps.SelectMany(app => app.Tasks.SelectMany(task => servers.Of(app, task).Select(server => (task, server)))))
        {
            tasks[server] = task;
        }

        return (readings, tasks);
    }

    private async Task<IReadOnlyList<MarathonApp>> FindAppsAsync(EngineCall call)
    {
        var groups = DeploymentGroup?.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var apps = await AppIds.FindAsync(Cluster, AppId ?? ["*"], call.Token, call.Fail).ConfigureAwait(false);
        Connected.Remember(apps);
        return groups is null ? apps : [.. apps.Where(app => app.DeploymentGroup is { } group && groups.Exists(g => g.IsMatch(group)))];
    }
}
