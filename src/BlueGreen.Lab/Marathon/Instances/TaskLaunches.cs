using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using BlueGreen.Lab.Marathon.State;
using BlueGreen.Lab.Tasks;

namespace BlueGreen.Lab.Marathon.Instances;

/// <summary>
/// What Marathon tells Mesos to run: command, ports, environment. Source: <c>TaskBuilder.scala</c> and
/// <c>EnvironmentHelper.scala</c> of mesosphere/marathon at 90619da.
/// </summary>
internal static partial class TaskLaunches
{
    /// <summary>Longer names and values of labels are not passed on.</summary>
    private const int MaxVariableLength = 512;

    private const string LabelPrefix = "MARATHON_APP_LABEL_";

    public static TaskLaunch For(Instance instance)
    {
        var app = instance.App;
        var placement = instance.Placement!;
        return new TaskLaunch(
            instance.TaskId, app.Command, app.Arguments, Environment(instance), app.Mode != NetworkMode.Host,
            [.. Forwards(app, placement)]);
    }

    private static IEnumerable<PortForward> Forwards(AppDefinition app, Placement placement)
    {
        if (app.Mode == NetworkMode.Host) yield break;
        foreach (var (request, hostPort) in app.Ports.Zip(placement.HostPorts))
        {
            if (hostPort is { } port)
                yield return new PortForward(new IPEndPoint(placement.Agent.Address, port), request.ContainerPort is 0 or null ? port : request.ContainerPort.Value);
            if (placement.ContainerAddress is { } address && request.ContainerPort is > 0 and { } containerPort)
                yield return new PortForward(new IPEndPoint(address, containerPort), containerPort);
        }
    }

    private static Dictionary<string, string> Environment(Instance instance)
    {
        var app = instance.App;
        var environment = new Dictionary<string, string>
        {
            ["MESOS_TASK_ID"] = instance.TaskId,
            ["MARATHON_APP_ID"] = app.Id.ToString(),
            ["MARATHON_APP_VERSION"] = app.Version.ToMarathon(),
            ["MARATHON_APP_RESOURCE_CPUS"] = Number(app.Cpus),
            ["MARATHON_APP_RESOURCE_MEM"] = Number(app.Memory),
            ["MARATHON_APP_RESOURCE_DISK"] = Number(app.Disk),
            ["MARATHON_APP_RESOURCE_GPUS"] = "0",
            ["HOST"] = instance.Placement!.Agent.Host,
        };
        if (app.DockerImage is { } image) environment["MARATHON_APP_DOCKER_IMAGE"] = image;
        AddLabels(environment, app);
        AddPorts(environment, app, instance.Placement);
        foreach (var (name, value) in app.Environment) environment[name] = value;
        return environment;
    }

    private static void AddLabels(Dictionary<string, string> environment, AppDefinition app)
    {
        var labels = app.Labels
            .Where(l => l.Key.Length < MaxVariableLength - LabelPrefix.Length && l.Value.Length < MaxVariableLength)
            .Select(l => (Name: UnsafeCharacters().Replace(l.Key, "_").ToUpperInvariant(), l.Value))
            .ToList();
        environment["MARATHON_APP_LABELS"] = string.Join(' ', labels.Select(l => l.Name));
        foreach (var (name, value) in labels) environment[LabelPrefix + name] = value;
    }

    /// <summary>A port without a host port is known to the task by its container port.</summary>
    private static void AddPorts(Dictionary<string, string> environment, AppDefinition app, Placement placement)
    {
        if (app.Ports.Count == 0) return;
        for (var i = 0; i < app.Ports.Count; i++)
        {
            var request = app.Ports[i];
            var asked = request.ContainerPort ?? request.ServicePort;
            var port = Number(placement.HostPorts[i] ?? asked);
            environment[$"PORT{i}"] = port;
            environment[$"PORT_{(asked == 0 ? port : Number(asked))}"] = port;
            if (request.Name is { } name) environment[$"PORT_{name.ToUpperInvariant()}"] = port;
        }

        if (placement.AllocatedPorts.Any()) environment["PORT"] = Number(placement.AllocatedPorts.First());
        environment["PORTS"] = string.Join(',', placement.AllocatedPorts);
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("[^a-zA-Z0-9_]+")]
    private static partial Regex UnsafeCharacters();
}
