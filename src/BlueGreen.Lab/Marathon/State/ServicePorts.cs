using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.State;

/// <summary>
/// Gives a number to every service port that an app leaves open, and refuses numbers that another app has.
/// The rule of assignment is <c>AssignDynamicServiceLogic.scala</c>'s; the refusal is the one of Marathon 0.11 to 1.1:
/// later versions leave uniqueness to the user, and two apps on one service port are never wanted.
/// </summary>
internal static class ServicePorts
{
    /// <summary>Marathon's <c>--local_port_min</c> and <c>--local_port_max</c>.</summary>
    public const int First = 10000;

    public const int Last = 20000;

    public static RootGroup Assign(RootGroup from, RootGroup to)
    {
        var used = from.Apps.Values.Concat(to.Apps.Values).SelectMany(app => app.ServicePorts).ToHashSet();
        using var free = Enumerable.Range(First, Last - First + 1).Where(port => !used.Contains(port)).GetEnumerator();
        foreach (var app in Changed(from, to).Where(app => app.ServicePorts.Contains(0)).ToList())
            to = to with { Apps = to.Apps.SetItem(app.Id, Fill(app, from.App(app.Id), free)) };
        return to;
    }

    public static IEnumerable<Violation> Clashes(RootGroup from, RootGroup to)
    {
        foreach (var app in Changed(from, to))
        {
            foreach (var other in to.Apps.Values.Where(other => other.Id != app.Id))
            {
                foreach (var port in app.ServicePorts.Intersect(other.ServicePorts).Where(port => port != 0))
                    yield return new("/apps", $"Requested service port {port} conflicts with a service port in app {other.Id}");
            }
        }
    }

    private static IEnumerable<AppDefinition> Changed(RootGroup from, RootGroup to) =>
        to.Apps.Values.Where(app => from.App(app.Id) is not { } old || old.DiffersInConfigurationFrom(app));

    private static AppDefinition Fill(AppDefinition app, AppDefinition? old, IEnumerator<int> free)
    {
        // An app that is posted again with zeros keeps the numbers it had.
        var kept = new Queue<int>((old?.ServicePorts ?? []).Where(p => p is >= First and <= Last && !app.ServicePorts.Contains(p)));
        var json = app.CopyJson();
        var (ports, member) = app.Mode == NetworkMode.Host
            ? (json.Objects("portDefinitions"), "port")
            : (json["container"].Objects("portMappings"), "servicePort");
        foreach (var port in ports.Where(port => port.Int(member) == 0))
        {
            if (!kept.TryDequeue(out var number))
            {
                if (!free.MoveNext())
                    throw new ApiException(500, new JsonObject { ["message"] = $"All ports in the range [{First}-{Last}] are already in use" });
                number = free.Current;
            }

            port[member] = number;
        }

        return app.WithJson(json);
    }
}
