using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// The places where an app's JSON holds its service ports, in the order in which zdd.py looks them up (source: zdd.py,
/// <c>get_service_port</c> and <c>set_service_port</c>): the container's port mappings, in either shape, then
/// <c>portDefinitions</c>, then <c>ports</c>.
/// </summary>
internal sealed class ServicePortSlots
{
    private readonly ImmutableArray<(JArray List, string? Member)> _places;

    public ServicePortSlots(JObject app)
    {
        _places =
        [
            .. new[]
            {
                (app.At("container", "docker", "portMappings") as JArray, (string?)"servicePort"),
                (app.At("container", "portMappings") as JArray, "servicePort"),
                (app["portDefinitions"] as JArray, "port"),
                (app["ports"] as JArray, null),
            }.Where(place => place.Item1 is { Count: > 0 }).Select(place => (place.Item1!, place.Item2)),
        ];
    }

    /// <summary>How many ports the app has, by the first place that names any.</summary>
    public int Count => _places.IsEmpty ? 0 : _places[0].List.Count;

    /// <summary>The service port with an index; 0 when there is none or Marathon is to choose it.</summary>
    public int Get(int index) => _places.Select(place => Get(place, index)).FirstOrDefault(port => port > 0);

    /// <summary>Writes a service port where it belongs, and wherever else the same port is told once more.</summary>
    public void Set(int index, int port)
    {
        var before = Get(index);
        for (var i = 0; i < _places.Length; i++)
        {
            if (i == 0 || (before > 0 && Get(_places[i], index) == before)) Set(_places[i], index, port);
        }
    }

    private static int Get((JArray List, string? Member) place, int index)
    {
        if (index >= place.List.Count) return 0;
        return place.Member is { } member
            ? (place.List[index] as JObject)?.Number(member) ?? 0
            : place.List[index] is JValue { Value: long number and > 0 and <= 65535 } ? (int)number : 0;
    }

    private static void Set((JArray List, string? Member) place, int index, int port)
    {
        if (index >= place.List.Count) return;
        if (place.Member is null) place.List[index] = port;
        else if (place.List[index] is JObject entry) entry[place.Member] = port;
    }
}
