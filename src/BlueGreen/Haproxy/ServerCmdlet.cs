using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Hosting;
using BlueGreen.Session;

namespace BlueGreen.Haproxy;

/// <summary>A cmdlet that changes servers of the load balancers at runtime.</summary>
public abstract class ServerCmdlet : SessionCmdlet
{
    /// <summary>The backend.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Backend { get; set; } = "";

    /// <summary>The load balancer instances, or patterns; without it, all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] LoadBalancer { get; set; } = ["*"];

    /// <summary>Puts the server out as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The load balancers that are meant, with the servers of the backend.</summary>
    /// <exception cref="BlueGreenException"><c>LoadBalancerNotFound</c>, <c>BackendNotFound</c>.</exception>
    private protected IReadOnlyList<LoadBalancerReading> ReadBackend()
    {
        var names = LoadBalancer.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var readings = Run(call => Connected.ReadLoadBalancersAsync([], call.Token));
        var meant = readings.Where(r => names.Exists(name => name.IsMatch(r.Instance.Name))).ToList();
        if (meant.Count == 0)
        {
            throw new BlueGreenException(
                ErrorKind.NotFound, "LoadBalancerNotFound", $"There is no load balancer '{string.Join(", ", LoadBalancer)}'.",
                $"There are: {string.Join(", ", readings.Select(r => r.Instance.Name))}.", LoadBalancer[0]);
        }

        foreach (var unreadable in meant.Where(r => r.Quality != ReadingQuality.Consistent))
        {
            WriteError(ErrorRecords.From(BlueGreenSession.Unreadable(unreadable), unreadable.Instance.Name));
        }

        var readable = meant.Where(r => r.Quality == ReadingQuality.Consistent).ToList();
        if (readable.Count == 0 || readable.Exists(r => r.Servers.Any(s => s.Backend == Backend))) return readable;
        var backends = readable.SelectMany(r => r.Servers).Select(s => s.Backend).Distinct(StringComparer.Ordinal).OrderBy(name => name, StringComparer.Ordinal).ToList();
        throw new BlueGreenException(
            ErrorKind.NotFound, "BackendNotFound", $"No load balancer has a backend '{Backend}' with servers.",
            backends.Count == 0 ? "There are none at all; look with Get-HaproxyBackendStat." : $"There are: {string.Join(", ", backends)}.", Backend);
    }

    /// <summary>The servers that are meant, on each load balancer.</summary>
    /// <exception cref="BlueGreenException">Also <c>ServerNotFound</c>.</exception>
    private protected IReadOnlyList<HaproxyServerStat> FindServers(string[] names)
    {
        var patterns = names.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        var servers = ReadBackend().SelectMany(r => r.Servers).Where(s => s.Backend == Backend).ToList();
        var found = servers.Where(s => patterns.Exists(p => p.IsMatch(s.Server))).ToList();
        if (found.Count > 0 || servers.Count == 0 || names.Any(WildcardPattern.ContainsWildcardCharacters)) return found;
        throw new BlueGreenException(
            ErrorKind.NotFound, "ServerNotFound", $"The backend {Backend} has no server '{string.Join(", ", names)}'.",
            $"It has: {string.Join(", ", servers.Select(s => s.Server).Distinct(StringComparer.Ordinal))}.", $"{Backend}/{names[0]}");
    }

    /// <summary>How a server is named in questions.</summary>
    private protected static string Name(HaproxyServerStat server) => LogText.Safe($"{server.Backend}/{server.Server} on load balancer {server.LoadBalancer}");
}
