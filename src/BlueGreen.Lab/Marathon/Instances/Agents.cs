using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>A machine of the cluster: in the lab, a loopback address with resources that are only counted.</summary>
internal sealed class Agent(string id, IPAddress address)
{
    public string Id { get; } = id;

    public IPAddress Address { get; } = address;

    public string Host => Address.ToString();

    public double FreeCpus { get; set; } = 1024;

    public double FreeMemory { get; set; } = 4 * 1024 * 1024;

    public double FreeDisk { get; set; } = 16 * 1024 * 1024;

    public HashSet<int> UsedPorts { get; } = [];

    public List<Instance> Instances { get; } = [];
}

/// <summary>Where a task runs and the ports it has there; one entry of <paramref name="HostPorts"/> for each port request.</summary>
/// <param name="HostPorts">Null for a port that asks for none on the agent.</param>
/// <param name="ContainerAddress">The task's own address, in container networking.</param>
internal sealed record Placement(Agent Agent, IReadOnlyList<int?> HostPorts, IPAddress? ContainerAddress)
{
    public IEnumerable<int> AllocatedPorts => HostPorts.OfType<int>();
}

/// <summary>Finds a place for a task, as Mesos's offers and Marathon's matcher do together.</summary>
internal sealed class AgentPool
{
    /// <summary>The port range that Mesos agents offer unless told otherwise.</summary>
    private const int FirstPort = 31000;

    private const int LastPort = 32000;

    private readonly HashSet<IPAddress> _containerAddresses = [];
    private readonly byte _containerNetwork = (byte)Random.Shared.Next(64, 127);

    public AgentPool(IEnumerable<IPAddress> addresses)
    {
        var framework = Guid.NewGuid();
        Agents = [.. addresses.Select((address, i) => new Agent($"{framework}-S{i}", address))];
    }

    public IReadOnlyList<Agent> Agents { get; }

    /// <summary>Takes a place for the instance, or says for each agent why it does not fit (Marathon's names of reasons).</summary>
    public Placement? TryPlace(Instance instance, AppDefinition app, out IReadOnlyList<(Agent Agent, IReadOnlyList<string> Reasons)> rejections)
    {
        var rejected = new List<(Agent, IReadOnlyList<string>)>();
        rejections = rejected;
        foreach (var agent in Agents.OrderBy(a => a.Instances.Count))
        {
            var reasons = Misfits(agent, app).ToList();
            var ports = reasons.Count == 0 ? TakePorts(agent, app) : null;
            if (ports is null)
            {
                if (reasons.Count == 0) reasons.Add("InsufficientPorts");
                rejected.Add((agent, reasons));
                continue;
            }

            agent.FreeCpus -= app.Cpus;
            agent.FreeMemory -= app.Memory;
            agent.FreeDisk -= app.Disk;
            agent.Instances.Add(instance);
            return new Placement(agent, ports, app.Mode == NetworkMode.Container ? TakeContainerAddress() : null);
        }

        return null;
    }

    /// <summary>Gives back what <see cref="TryPlace"/> took.</summary>
    public void Release(Instance instance)
    {
        if (instance.Placement is not { } placement || !placement.Agent.Instances.Remove(instance)) return;
        placement.Agent.FreeCpus += instance.App.Cpus;
        placement.Agent.FreeMemory += instance.App.Memory;
        placement.Agent.FreeDisk += instance.App.Disk;
        placement.Agent.UsedPorts.ExceptWith(placement.AllocatedPorts);
        if (placement.ContainerAddress is { } address) _containerAddresses.Remove(address);
    }

    private IEnumerable<string> Misfits(Agent agent, AppDefinition app)
    {
        if (app.Constraints.Any(constraint => !Satisfies(agent, app, constraint))) yield return "UnfulfilledConstraint";
        if (agent.FreeCpus < app.Cpus) yield return "InsufficientCpus";
        if (agent.FreeMemory < app.Memory) yield return "InsufficientMemory";
        if (agent.FreeDisk < app.Disk) yield return "InsufficientDisk";
    }

    private bool Satisfies(Agent agent, AppDefinition app, IReadOnlyList<string> constraint)
    {
        var value = constraint.ElementAtOrDefault(2) ?? "";
        // Agents of the lab have no attributes besides their host name.
        if (constraint[0] is not ("hostname" or "@hostname")) return constraint.ElementAtOrDefault(1) == "UNLIKE";
        var here = agent.Instances.Count(i => i.AppId == app.Id);
        var elsewhere = Agents.Where(a => a != agent).Sum(a => a.Instances.Count(i => i.AppId == app.Id));
        return constraint.ElementAtOrDefault(1) switch
        {
            "UNIQUE" => here == 0,
            "CLUSTER" => value.Length > 0 ? agent.Host == value : elsewhere == 0,
            "IS" => agent.Host == value,
            "LIKE" => Regex.IsMatch(agent.Host, $"^(?:{value})$"),
            "UNLIKE" => !Regex.IsMatch(agent.Host, $"^(?:{value})$"),
            "MAX_PER" => here < int.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
            // Agents with fewest instances are asked first, which spreads them evenly.
            "GROUP_BY" => true,
            _ => false,
        };
    }

    private static IReadOnlyList<int?>? TakePorts(Agent agent, AppDefinition app)
    {
        var ports = new List<int?>();
        foreach (var request in app.Ports)
        {
            int? wanted = app.Mode == NetworkMode.Host && app.RequirePorts ? request.ServicePort : request.HostPort;
            var taken = wanted switch
            {
                null => (int?)null,
                0 => FindFreePort(agent),
                { } port => !agent.UsedPorts.Contains(port) && IsFree(agent.Address, port) ? port : -1,
            };
            if (taken == -1)
            {
                agent.UsedPorts.ExceptWith(ports.OfType<int>());
                return null;
            }

            if (taken is { } number) agent.UsedPorts.Add(number);
            ports.Add(taken);
        }

        return ports;
    }

    private static int FindFreePort(Agent agent)
    {
        // A random start keeps labs that run side by side on one address out of each other's way.
        var count = LastPort - FirstPort + 1;
        var start = Random.Shared.Next(count);
        for (var i = 0; i < count; i++)
        {
            var port = FirstPort + ((start + i) % count);
            if (!agent.UsedPorts.Contains(port) && IsFree(agent.Address, port)) return port;
        }

        return -1;
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(address, port));
            // A task often binds to all addresses, which a listener on any one of them would hinder.
            probe.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private IPAddress TakeContainerAddress()
    {
        while (true)
        {
            var address = new IPAddress([127, _containerNetwork, (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(2, 255)]);
            if (_containerAddresses.Add(address)) return address;
        }
    }
}
