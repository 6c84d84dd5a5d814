using System.Globalization;
using System.Xml.Linq;
using BlueGreen.Engine.Deployment.Journaling;
using static BlueGreen.Engine.Deployment.Reporting.Markup;

namespace BlueGreen.Engine.Deployment.Reporting;

/// <summary>A page about one deployment: one HTML file that needs nothing else.</summary>
public static class ReportPage
{
    /// <summary>Makes the page out of a journal.</summary>
    /// <param name="history">The deployment.</param>
    /// <returns>The HTML.</returns>
    /// <exception cref="BlueGreenException"><c>JournalUnreadable</c>, <c>JournalNotFound</c>.</exception>
    public static string Write(DeploymentHistory history)
    {
        var timeline = Timeline.Of(history.JournalFile);
        var chart = new TimelineChart(timeline, history.Target ?? 0);
        var page = Html(
            "html", new XAttribute("lang", "en"),
            Html(
                "head", Html("meta", new XAttribute("charset", "utf-8")),
                Html("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                Html("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                Html("title", $"{history.Group}: {ResultOf(history)}"), Html("style", ReportStyle.Css)),
            Html("body", Html("main", Head(history), Charts(timeline, chart), Drains(history), Notes(timeline), Foot(history))));
        return "<!DOCTYPE html>\n" + page.ToString(SaveOptions.DisableFormatting) + "\n";
    }

    private static XElement Head(DeploymentHistory history) => Html(
        "header",
        Html("h1", history.Group, Html("span", Class($"badge {ResultOf(history).ToLowerInvariant()}"), ResultOf(history))),
        Html("p", Class("reason"), history.Reason),
        Html(
            "dl",
            Fact("From", history.OldApp ?? "nothing"), Fact("To", history.NewApp ?? "unknown"),
            Fact("Started", history.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)), Fact("Took", Span(history.Duration)),
            Fact("Rounds", Count(history.Rounds)), Fact("Lowest serving", history.LowestServing is { } low ? $"{Count(low)} of {Count(history.Target ?? 0)}" : "unknown"),
            Fact("Tasks killed", Killed(history)), Fact("Driver", $"{history.User} on {history.Host}")));

    private static IEnumerable<XElement> Charts(Timeline timeline, TimelineChart chart)
    {
        if (timeline.Points.IsEmpty) yield break;
        yield return Section(
            "Timeline",
            Html("p", Class("legend"), timeline.Apps.Select(app => Html("span", Class($"key {chart.ColourOf(app)}"), app)), Html("span", Class("key out"), "out of the pool, draining")),
            Html("h3", "Tasks: healthy, and wanted (dashed)"), chart.Tasks(),
            timeline.LoadBalancers.SelectMany(name => new[] { Html("h3", $"Load balancer {name}"), chart.Pool(name) }));
        yield return Section("Traffic share", chart.Share());
    }

    private static XElement Drains(DeploymentHistory history)
    {
        if (history.DrainProofs.IsEmpty) return Section("Drain", Html("p", "No task was killed."));
        var longest = history.DrainProofs.Max(p => p.DrainTime ?? TimeSpan.Zero);
        return Section(
            "Drain",
            Html("p", "What was known of each task that was killed, on each load balancer, in the last look before."),
            Table(
                ["Task", "Load balancer", "Out of the pool", "Drain time", "Evidence", "Checked", "Sessions"],
                history.DrainProofs.Select(proof => Html(
                    "tr", proof.IsDrained ? null : Class("hold"),
                    Cell(proof.TaskId), Cell(proof.LoadBalancer), Cell(proof.OutOfPoolSince is { } since ? Clock(since) : "never"), Html("td", Bar(proof.DrainTime, longest)),
                    Cell(proof.IsDrained ? proof.Evidence.ToString() : $"not proven: {proof.WaitsFor}"), Cell(proof.CheckedAt is { } at ? Clock(at) : ""),
                    Cell(proof.TotalSessions.ToString(CultureInfo.InvariantCulture))))));
    }

    private static XElement Notes(Timeline timeline) => Section(
        "Decisions and acts",
        Table(
            ["Time", "", "What"],
            timeline.Notes.Select(note => Html(
                "tr", Class(note.Kind), Cell(Clock(note.At)), Cell(note.Kind switch { "act" => "Act", "kill" => "Kill", "hold" => "Hold", _ => "" }), Cell(note.Text)))));

    private static XElement Foot(DeploymentHistory history) =>
        Html("footer", $"Made from {Path.GetFileName(history.JournalFile)}, written by version {history.ModuleVersion}. All times in UTC, by the driver's clock.");

    private static XElement Section(string title, params object?[] content) => Html("section", [Html("h2", title), .. content]);

    private static XElement Table(IEnumerable<string> heads, IEnumerable<XElement> rows) =>
        Html("div", Class("scroll"), Html("table", Html("thead", Html("tr", heads.Select(head => Html("th", head)))), Html("tbody", [.. rows])));

    private static XElement Cell(string text) => Html("td", text);

    private static XElement Fact(string name, string value) => Html("div", Html("dt", name), Html("dd", value));

    private static object Bar(TimeSpan? time, TimeSpan longest) => time is not { } span
        ? ""
        : Html(
            "span", Class("bar"),
            Html("i", new XAttribute("style", $"width:{Number(longest > TimeSpan.Zero ? 60 * span.TotalSeconds / longest.TotalSeconds : 0)}px"), ""), Span(span));

    private static string Killed(DeploymentHistory history)
    {
        var unproven = history.DrainProofs.Where(p => !p.IsDrained).Select(p => p.TaskId).Distinct().Count();
        return Count(history.TasksKilled) + (unproven > 0 ? $", {Count(unproven)} without proof" : history.TasksKilled > 0 ? ", each with proof" : "");
    }

    private static string ResultOf(DeploymentHistory history) => history.Result?.ToString() ?? "Unfinished";

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}
