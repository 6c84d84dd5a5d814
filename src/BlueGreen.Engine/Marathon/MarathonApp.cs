using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// An app as Marathon told it. The members here are what the engine needs; the JSON underneath stays whole, so that nothing
/// that this module does not know is lost.
/// </summary>
public sealed class MarathonApp
{
    /// <summary>Reads an app from Marathon's JSON. The caller must not change <paramref name="json"/> afterwards.</summary>
    internal MarathonApp(JObject json)
    {
        Json = json;
        Id = json.Text("id") ?? throw new BlueGreenException(
            ErrorKind.ProtocolError, "AppWithoutId", "An app in Marathon's answer has no id.",
            "Check that the Marathon address leads to Marathon and not to something in front of it.");
        var what = $"app {Id}";
        Instances = json.Count("instances", what) ?? 1;
        Labels = json["labels"] is JObject labels
            ? labels.Properties().ToImmutableSortedDictionary(p => p.Name, p => p.Value.AsText(), StringComparer.Ordinal)
            : ImmutableSortedDictionary<string, string>.Empty;
        Networking = AppNetworking.Of(json);
        Tasks = [.. json.Objects("tasks", what).Select(task => TaskReader.Read(task, Id))];
        Deployments = [.. json.Objects("deployments", what).Select(d => d.Text("id")).OfType<string>()];
        HasHealthChecks = json.List("healthChecks", what).Count > 0;
        // Asked for at every look, several times a second.
        var versions = json["versionInfo"] as JObject;
        (LastScalingAt, LastConfigChangeAt) = (versions?.Time("lastScalingAt"), versions?.Time("lastConfigChangeAt"));
        StartedAtTime = DateTime.TryParse(StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : DateTime.MinValue;
    }

    /// <summary>The absolute id, such as <c>/shop-blue</c>.</summary>
    public string Id { get; }

    /// <summary>How many tasks are wanted.</summary>
    public int Instances { get; }

    /// <summary>The shell command; null when the image's own is run.</summary>
    public string? Cmd => Json.Text("cmd");

    /// <summary>The container's image; null without one.</summary>
    public string? Image => (Json.At("container", "docker") as JObject)?.Text("image");

    /// <summary>All labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; }

    /// <summary>Plain environment values; secrets are not among them.</summary>
    public ImmutableSortedDictionary<string, string> Env => Json["env"] is JObject env
        ? env.Properties().Where(p => p.Value is JValue).ToImmutableSortedDictionary(p => p.Name, p => p.Value.AsText(), StringComparer.Ordinal)
        : ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How its tasks are reached, and its service ports.</summary>
    public AppNetworking Networking { get; }

    /// <summary>The service ports, in order of the port index; 0 where Marathon has not chosen one.</summary>
    public ImmutableArray<int> ServicePorts => Networking.ServicePorts;

    /// <summary>The tasks, where they were asked for.</summary>
    public ImmutableArray<MarathonTask> Tasks { get; }

    /// <summary>Ids of the running deployments that hold this app.</summary>
    public ImmutableArray<string> Deployments { get; }

    /// <summary>True when Marathon checks the tasks' health. Without it, marathon-lb takes wanted tasks for healthy ones.</summary>
    public bool HasHealthChecks { get; }

    /// <summary>Tasks that are being started.</summary>
    public int TasksStaged => Json.Number("tasksStaged") ?? 0;

    /// <summary>Tasks that run.</summary>
    public int TasksRunning => Json.Number("tasksRunning") ?? Tasks.Count(t => t.IsRunning);

    /// <summary>Tasks whose health checks all pass.</summary>
    public int TasksHealthy => Json.Number("tasksHealthy") ?? Tasks.Count(t => t.Health == TaskHealth.Healthy);

    /// <summary>Tasks with a health check that fails.</summary>
    public int TasksUnhealthy => Json.Number("tasksUnhealthy") ?? Tasks.Count(t => t.Health == TaskHealth.Unhealthy);

    /// <summary>The version, a time stamp.</summary>
    public string? Version => Json.Text("version");

    /// <summary>When <c>instances</c> was last changed. marathon-lb takes the colour with the later one for the new one.</summary>
    public DateTimeOffset? LastScalingAt { get; }

    /// <summary>When anything else was last changed, which restarted the tasks.</summary>
    public DateTimeOffset? LastConfigChangeAt { get; }

    /// <summary>Why the last task that failed did so; null when none did.</summary>
    public string? LastTaskFailure => (Json["lastTaskFailure"] as JObject)?.Text("message");

    /// <summary>The deployment group; null for an app that is in none.</summary>
    public string? DeploymentGroup => Labels.GetValueOrDefault(DeploymentLabels.Group);

    /// <summary><c>blue</c> or <c>green</c>; null for an app that no blue/green tool made.</summary>
    public string? Colour => Labels.GetValueOrDefault(DeploymentLabels.Colour);

    /// <summary>When its blue/green deployment began, as text; <c>"0"</c> when it does not say, as zdd.py reads it.</summary>
    public string StartedAt => Labels.GetValueOrDefault(DeploymentLabels.StartedAt) ?? "0";

    /// <summary><see cref="StartedAt"/> as a time; the earliest one where it is none.</summary>
    internal DateTime StartedAtTime { get; }

    /// <summary>How many instances the service has when no deployment runs.</summary>
    public int TargetInstances => NumberLabel(DeploymentLabels.TargetInstances) ?? Instances;

    /// <summary>How many new instances a hybrid keeps; 0 when not a hybrid.</summary>
    public int NewInstances => NumberLabel(DeploymentLabels.NewInstances) ?? 0;

    /// <summary>True while Marathon itself carries out a change of this app.</summary>
    public bool IsDeploying => Deployments.Length > 0;

    /// <summary>The whole app as Marathon told it.</summary>
    public string ToJson() => Json.ToString(Formatting.Indented);

    /// <inheritdoc/>
    public override string ToString() => Id;

    /// <summary>Reads an app from JSON text: an app object as in Marathon's answers.</summary>
    public static MarathonApp Parse(string json) => new(JsonText.ParseObject(json, "app"));

    /// <summary>The JSON, to read in only.</summary>
    internal JObject Json { get; }

    /// <summary>A copy of the JSON, to make a definition from.</summary>
    internal JObject CopyJson() => (JObject)Json.DeepClone();

    private int? NumberLabel(string name)
    {
        if (!Labels.TryGetValue(name, out var text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new BlueGreenException(
                ErrorKind.InvalidData, "InvalidDeploymentLabel", $"The label {name} of {Id} is '{text}', not a whole number from 0 up.",
                $"Set the label to a number, or remove the app and deploy again.", Id);
    }
}
