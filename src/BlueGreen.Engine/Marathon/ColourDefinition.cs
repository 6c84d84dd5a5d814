using System.Globalization;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>What a deployment asks of the colour that it makes.</summary>
/// <param name="InitialInstances">How many instances the new colour starts with; never above the target.</param>
/// <param name="NewInstances">How many new instances a hybrid keeps beside the old ones; 0 for none. Cut to the target.</param>
/// <param name="TargetInstances">A new target; null for zdd.py's rule: what the service has now, or what the file says at first.</param>
/// <param name="LocalNow">The local time, for <see cref="DeploymentLabels.StartedAt"/>.</param>
public sealed record ColourRequest(int InitialInstances, int NewInstances, int? TargetInstances, DateTime LocalNow)
{
    /// <summary>Says of the number that the new colour ends with how many it starts with; null for <see cref="InitialInstances"/>.</summary>
    public Func<int, int>? Initial { get; init; }
}

/// <summary>
/// Makes the next colour's app out of a user's definition, label for label as zdd.py does, so that either tool can go on with what
/// the other began. Source: mesosphere/marathon-lb, <c>zdd.py</c>, <c>prepare_deploy</c>. It goes beyond it in three things: ports
/// alternate on Marathon 1.5 and later too, there may be several service ports, and a new start is always later than the last one's,
/// even when clocks differ or are put back.
/// </summary>
public static class ColourDefinition
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.ffffff";

    private static readonly DateTime LastStart = new(9999, 1, 1);

    /// <summary>The definition to post.</summary>
    /// <param name="file">The user's definition; it is not changed.</param>
    /// <param name="group">The apps of its deployment group as they are now; empty at a first deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <exception cref="BlueGreenException">
    /// <c>MissingId</c>, <c>MissingLabel</c>, <c>MissingServicePort</c>, <c>InvalidLabel</c>,
    /// <c>AlternatePortInUse</c>, <c>InvalidInstances</c>.
    /// </exception>
    public static AppDefinition Prepare(AppDefinition file, IReadOnlyList<MarathonApp> group, ColourRequest request)
    {
        var json = file.CopyJson();
        var id = json.Text("id");
        if (string.IsNullOrEmpty(id)) throw Missing("MissingId", "The definition", "id", "Add a member \"id\", such as \"/shop\".");
        var labels = json["labels"] as JObject ?? throw MissingLabel(id!, DeploymentLabels.Group);
        _ = Required(labels, DeploymentLabels.Group, id!);
        var alternates = AlternatePorts.Parse(Required(labels, DeploymentLabels.AltPort, id!), id!);
        CheckCounts(request, id!);

        var last = group.OrderBy(app => app.StartedAt, StringComparer.Ordinal).LastOrDefault();
        var colour = last?.Colour == "blue" ? "green" : "blue";
        var target = request.TargetInstances ?? last?.Instances ?? file.Instances ?? 1;
        var hybrid = last is null ? 0 : Math.Min(request.NewInstances, target);
        var goal = hybrid > 0 ? hybrid : target;
        if (last is not null) json["instances"] = request.Initial?.Invoke(goal) ?? Math.Min(request.InitialInstances, goal);
        else if (request.TargetInstances is not null) json["instances"] = target;

        labels[DeploymentLabels.AppId] = id;
        json["id"] = $"{(id![0] == '/' ? "" : "/")}{id}-{colour}";
        SetPorts(json, labels, alternates, last, id);
        labels[DeploymentLabels.NewInstances] = Text(hybrid);
        labels[DeploymentLabels.TargetInstances] = Text(target);
        labels[DeploymentLabels.Colour] = colour;
        labels[DeploymentLabels.StartedAt] = StartedAt(request.LocalNow, last);
        return new AppDefinition(json);
    }

    private static void SetPorts(JObject json, JObject labels, ImmutableArray<int> alternates, MarathonApp? last, string id)
    {
        var slots = new ServicePortSlots(json);
        if (slots.Get(0) == 0)
        {
            throw Missing(
                "MissingServicePort", id, "service port",
                "Give the first port mapping a \"servicePort\", or with host networking the first port definition a \"port\": the one that clients use.");
        }

        for (var index = 0; index < slots.Count; index++)
        {
            var port = slots.Get(index);
            // Port 0 is chosen by Marathon, another one for each colour. Ports without an alternate stay alike, as with zdd.py.
            if (port == 0 || index >= alternates.Length) continue;
            if (port == alternates[index]) throw AlternateInUse(id, port, id);
            labels[DeploymentLabels.Port(index)] = Text(port);
            slots.Set(index, last is null ? port : NextPort(last, index, port, alternates[index], id));
        }
    }

    /// <summary>The one of the two ports that the last colour does not have.</summary>
    private static int NextPort(MarathonApp last, int index, int ownPort, int ownAlternate, string id)
    {
        var current = index < last.ServicePorts.Length ? last.ServicePorts[index] : 0;
        var label = last.Labels.GetValueOrDefault(DeploymentLabels.AltPort);
        var alternates = string.IsNullOrEmpty(label) ? [] : AlternatePorts.Parse(label!, last.Id);
        var alternate = index < alternates.Length ? alternates[index] : ownAlternate;
        var first = last.Labels.GetValueOrDefault(DeploymentLabels.Port(index));
        var next = current != alternate ? alternate
            : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : ownPort;
        return next != current ? next : throw AlternateInUse(last.Id, current, id);
    }

    /// <summary>Who is newer is told by comparing these as text: a clock that was put back must not turn the colours round.</summary>
    private static string StartedAt(DateTime now, MarathonApp? last)
    {
        var text = now.ToString(TimeFormat, CultureInfo.InvariantCulture);
        if (last is null || string.CompareOrdinal(text, last.StartedAt) > 0) return text;
        var later = DateTime.TryParse(last.StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var before) && before < LastStart
            ? before.AddMilliseconds(1).ToString(TimeFormat, CultureInfo.InvariantCulture)
            : text;
        return string.CompareOrdinal(later, last.StartedAt) > 0 ? later : throw new BlueGreenException(
            ErrorKind.InvalidData, "InvalidDeploymentLabel", $"The label {DeploymentLabels.StartedAt} of {last.Id} is '{last.StartedAt}', which counts as later than any time: the new colour would be taken for the old one.",
            $"Set the label to a time such as {text}, or take it off; that restarts the tasks.", last.Id);
    }

    private static string Required(JObject labels, string name, string id) =>
        labels.Text(name) is { Length: > 0 } label ? label : throw MissingLabel(id, name);

    private static void CheckCounts(ColourRequest request, string id)
    {
        if (request.InitialInstances < 0 || request.NewInstances < 0 || request.TargetInstances < 0)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "InvalidInstances", "Numbers of instances must not be below 0.", "Give 0 or more.", id);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static BlueGreenException MissingLabel(string id, string label) => Missing(
        "MissingLabel", id, $"label {label}",
        label == DeploymentLabels.Group
            ? $"Add the label {label} with the name that the service has in HAProxy; both colours carry it."
            : $"Add the label {label} with a free service port for the second colour: service ports are unique in Marathon.");

    private static BlueGreenException AlternateInUse(string owner, int port, string id) => new(
        ErrorKind.InvalidData, "AlternatePortInUse",
        $"{owner} has the service port {port}, and the alternate port of {id} is the same one, so the other colour has none.",
        $"Give the label {DeploymentLabels.AltPort} a port that no app has.", id);

    private static BlueGreenException Missing(string errorId, string who, string what, string remedy) =>
        new(ErrorKind.InvalidData, errorId, $"{who} has no {what}.", remedy, who);
}
