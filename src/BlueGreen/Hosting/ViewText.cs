using System.Globalization;
using System.Text.RegularExpressions;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Hosting;

/// <summary>What the views of BlueGreen.Format.ps1xml show where a property alone is too long or too bare.</summary>
public static class ViewText
{
    private static readonly Regex InstanceId = new(
        @"^(?<app>.+)\.(instance-|marathon-)?(?<head>[0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}.*$",
        RegexOptions.CultureInvariant);

    /// <summary>A task's id with only the beginning of its unique part, such as <c>shop_web.9c3f1a2b</c>.</summary>
    public static string Task(string? id) => LogText.Safe(id is null ? "" : InstanceId.Replace(id, "${app}.${head}"));

    /// <summary>Such as <c>0.4 s</c>, <c>12 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>, <c>4 d 2 h</c>.</summary>
    public static string Duration(TimeSpan? span) => span switch
    {
        null => "",
        { TotalSeconds: < 10 } => FormattableString.Invariant($"{span.Value.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => FormattableString.Invariant($"{span.Value.TotalSeconds:0} s"),
        { TotalHours: < 1 } => $"{span.Value.Minutes} min {span.Value.Seconds} s",
        { TotalDays: < 1 } => $"{span.Value.Hours} h {span.Value.Minutes} min",
        _ => $"{span.Value.Days} d {span.Value.Hours} h",
    };

    /// <summary>The time since a moment.</summary>
    public static string Age(DateTimeOffset? since) => since is { } moment ? Duration(DateTimeOffset.Now - moment) : "";

    /// <summary>What an app runs: its image, or the command where it has none.</summary>
    public static string Runs(MarathonApp app) => LogText.Safe(app.Image ?? app.Cmd);

    /// <summary>Whether Marathon is at work on an app, and how it fares otherwise.</summary>
    public static string State(MarathonApp app) =>
        app.IsDeploying ? "Deploying"
        : app.TasksUnhealthy > 0 ? "Unhealthy"
        : app.TasksRunning < app.Instances || (app.HasHealthChecks && app.TasksHealthy < app.Instances) ? "Waiting"
        : app.Instances == 0 ? "Suspended" : "Running";

    /// <summary>Names and values, one a line.</summary>
    public static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        string.Join("\n", pairs.Select(pair => LogText.Safe($"{pair.Key} = {pair.Value}")));

    /// <summary>Traffic shares, such as <c>/shop-blue 75 %, /shop-green 25 %</c>.</summary>
    public static string Shares(DeploymentGroup group) => LogText.Safe(string.Join(
        ", ", group.TrafficShare.Select(share => FormattableString.Invariant($"{share.Key} {share.Value * 100:0} %"))));

    /// <summary>A table of drain proofs, one a line.</summary>
    public static string Proofs(IEnumerable<DrainProof> proofs)
    {
        var rows = proofs.Select(proof => new[]
        {
            Task(proof.TaskId), LogText.Safe(proof.LoadBalancer), proof.IsDrained ? "drained" : "NOT DRAINED",
            proof.IsDrained ? $"in {Duration(proof.DrainTime)}" : LogText.Safe(proof.WaitsFor),
            proof.IsDrained ? proof.Evidence.ToString() : "",
            string.Format(CultureInfo.InvariantCulture, "{0} sessions", proof.TotalSessions),
        }).ToList();
        if (rows.Count == 0) return "";
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        return string.Join("\n", rows.Select(row => string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }
}
