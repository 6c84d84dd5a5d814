using System.Collections.Immutable;
using System.Globalization;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>
/// Merges the apps of a deployment group into one and picks the tasks to drain, as marathon-lb's <c>get_apps</c> does, with
/// what looks wrong there kept: it is what users have.
/// </summary>
internal static class DeploymentGroups
{
    /// <summary>Apps without a group in their order, then one app for each group in the order of first sight.</summary>
    /// <exception cref="AppListException">A label or time of a group's app cannot be read.</exception>
    public static ImmutableArray<MarathonApp> Merge(IEnumerable<MarathonApp> apps)
    {
        var single = new List<MarathonApp>();
        var groups = new List<MarathonApp>();
        foreach (var app in apps)
        {
            if (!app.Labels.TryGetValue(LabelNames.DeploymentGroup, out var group))
            {
                single.Add(app);
                continue;
            }

            if (group.Length == 0)
                throw new AppListException($"App '{app.MarathonId}': label {LabelNames.DeploymentGroup} is empty.");

            var current = app with { Id = group.StartsWith('/') ? group : '/' + group };
            var index = groups.FindIndex(other => other.Id == current.Id);
            if (index < 0)
                groups.Add(current);
            else
                groups[index] = MergeTwo(groups[index], current);
        }

        return [.. single, .. groups];
    }

    private static MarathonApp MergeTwo(MarathonApp previous, MarathonApp current)
    {
        var (old, @new) = StartedAt(previous).IsBefore(StartedAt(current)) ? (previous, current) : (current, previous);
        var target = 1;
        if (@new.Labels.ContainsKey(LabelNames.DeploymentNewInstances))
        {
            // marathon-lb means "when NEW_INSTANCES is not 0" but compares a text with a number, so that the test always
            // holds: whichever colour was scaled last counts as new, in every deployment that zdd.py started.
            if (LastScalingAt(@new).IsBefore(LastScalingAt(old)))
                (old, @new) = (@new, old);
            target = Target(@new);
        }

        // Only the app that was read last is asked whether it has health checks; without any, the wanted number counts.
        var healthyNew = current.HealthChecks.IsEmpty ? Instances(@new) : @new.Tasks.Count(task => task.Alive == true);
        var drainable = Math.Max(0, healthyNew + Instances(old) - target);
        var drained = Math.Min(healthyNew, drainable);
        var oldTasks = old.Tasks
            .OrderBy(task => task.Id, StringComparer.Ordinal)
            .Select((task, index) => index < drained ? task with { Draining = true } : task);

        return old with { Tasks = [.. oldTasks, .. @new.Tasks] };
    }

    private static ParsedTime StartedAt(MarathonApp app) =>
        app.Labels.TryGetValue(LabelNames.DeploymentStartedAt, out var text)
            ? ParsedTime.Parse(text, $"App '{app.MarathonId}': label {LabelNames.DeploymentStartedAt}")
            : ParsedTime.Earliest;

    private static ParsedTime LastScalingAt(MarathonApp app) =>
        app.LastScalingAt is { } text
            ? ParsedTime.Parse(text, $"App '{app.MarathonId}': versionInfo.lastScalingAt")
            : throw new AppListException($"App '{app.MarathonId}' has no versionInfo.lastScalingAt.");

    private static int Instances(MarathonApp app) =>
        app.Instances ?? throw new AppListException($"App '{app.MarathonId}' has no member 'instances'.");

    private static int Target(MarathonApp app) =>
        app.Labels.TryGetValue(LabelNames.DeploymentTargetInstances, out var text)
            ? LabelNames.Number(app.MarathonId, LabelNames.DeploymentTargetInstances, text)
            : throw new AppListException(
                $"App '{app.MarathonId}' has label {LabelNames.DeploymentNewInstances} but not {LabelNames.DeploymentTargetInstances}.");

    /// <summary>A time that knows whether it came with a zone: the two kinds cannot be compared.</summary>
    private readonly record struct ParsedTime(DateTime Value, bool HasZone, string Where)
    {
        public static readonly ParsedTime Earliest = new(DateTime.MinValue, false, "an app without a start time");

        public static ParsedTime Parse(string text, string where) =>
            DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
                ? new ParsedTime(time.ToUniversalTimeIfZoned(), time.Kind != DateTimeKind.Unspecified, where)
                : throw new AppListException($"{where} is not a time: '{text}'.");

        public bool IsBefore(ParsedTime other) => HasZone == other.HasZone
            ? Value < other.Value
            : throw new AppListException($"{Where} and {other.Where} cannot be compared: one names a time zone, the other does not.");
    }

    private static DateTime ToUniversalTimeIfZoned(this DateTime time) =>
        time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
}
