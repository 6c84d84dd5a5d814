using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon.State;

/// <summary>
/// Gives a number to every service port that an app leaves open. One that an app names is taken as it is, even where another app has
/// it: Marathon refused that only from 0.11 to 1.1, and zdd.py gives both colours the same one.
/// </summary>
/// <remarks>Source: mesosphere/marathon, <c>AssignDynamicServiceLogic.scala</c>.</remarks>
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
