using System.Globalization;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>Notices what somebody else does to the group's apps while a run goes on. Pure.</summary>
internal static class ForeignChange
{
    public const string ReasonId = "ForeignChange";

    /// <summary>The hold, which says who changed what as far as Marathon tells; null when all is as expected.</summary>
    public static Decision.Hold? Find(Situation situation)
    {
        foreach (var expected in situation.Expected.Apps.Values)
        {
            if (Difference(expected, situation.Seen.Find(expected.First.Id)) is not { } difference) continue;
            var by = situation.Seen.Find(expected.First.Id)?.Deployments.Where(id => !situation.Expected.Deployments.Contains(id)).ToList() ?? [];
            return new Decision.Hold(
                ReasonId,
                $"{expected.First.Id} {difference}, not by this deployment{(by.Count > 0 ? $" but by Marathon's deployment {string.Join(", ", by)}" : "")}",
                "Nothing more was changed. Find out who did it and whether it is still wanted (Get-MarathonApp, Get-MarathonDeployment). "
                + "Resume-BlueGreenDeployment goes on from the state as it is, Undo-BlueGreenDeployment goes back.");
        }

        return null;
    }

    private static string? Difference(ExpectedApp expected, MarathonApp? app)
    {
        if (app is null) return expected.MayBeGone ? null : $"is gone or has lost its label {DeploymentLabels.Group}: it was removed or relabelled";
        if (Changed(expected.First, app) is { } changed) return $"{changed}{At(app.LastConfigChangeAt)}";
        if (!expected.Instances.Contains(app.Instances)) return $"was scaled from {expected.Settled} to {app.Instances} instances{At(app.LastScalingAt)}";
        return expected.IsOpen || app.LastScalingAt == expected.ScaledAt
            ? null
            : $"was scaled and is back at {app.Instances} instances{At(app.LastScalingAt)}, which can turn the roles of the colours for marathon-lb";
    }

    private static string? Changed(MarathonApp first, MarathonApp app)
    {
        var labels = HasSameLabels(first, app) ? [] : first.Labels.Keys.Union(app.Labels.Keys).Where(DeploymentLabels.IsOne).OrderBy(name => name, StringComparer.Ordinal)
            .Select(name => (Name: name, From: first.Labels.GetValueOrDefault(name), To: app.Labels.GetValueOrDefault(name)))
            .Where(label => label.From != label.To)
            .Select(label => $"label {label.Name} from {label.From ?? "none"} to {label.To ?? "none"}");
        var what = first.Image == app.Image ? labels.ToList() : [$"image from {first.Image ?? "none"} to {app.Image ?? "none"}", .. labels];
        if (what.Count > 0) return $"was changed ({string.Join(", ", what)}), which restarts its tasks";
        return first.LastConfigChangeAt == app.LastConfigChangeAt ? null : "was changed or restarted";
    }

    private static bool HasSameLabels(MarathonApp first, MarathonApp app) =>
        first.Labels.Count == app.Labels.Count && first.Labels.All(label => app.Labels.GetValueOrDefault(label.Key) == label.Value);

    private static string At(DateTimeOffset? time) =>
        time is { } at ? string.Format(CultureInfo.InvariantCulture, " at {0:yyyy-MM-dd HH:mm:ss}Z by Marathon's clock", at.UtcDateTime) : "";
}
