using System.Xml.Linq;
using static BlueGreen.Engine.Deployment.Reporting.Markup;

namespace BlueGreen.Engine.Deployment.Reporting;

/// <summary>Draws a deployment over time.</summary>
internal sealed class TimelineChart(Timeline timeline, int target)
{
    private const double Left = 56;
    private const double Right = 14;
    private const double Width = 960;
    private const double Height = 120;
    private const double Top = 14;
    private const double Bottom = 24;

    private readonly double _seconds = Math.Max(0.1, (timeline.End - timeline.Begin).TotalSeconds);

    private readonly int _highest = Math.Max(
        1, timeline.Points.Select(p => Math.Max(p.Apps.Values.Sum(a => Math.Max(a.Wanted, a.Healthy)), p.Pools.Values.Select(pool => pool.Values.Sum(a => a.Serving + a.Out)).DefaultIfEmpty(0).Max())).DefaultIfEmpty(1).Max());

    /// <summary>Wanted and healthy tasks of each colour.</summary>
    public XElement Tasks() => Chart(
        "Wanted and healthy tasks of each colour", _highest,
        [
            .. timeline.Apps.SelectMany(app => new[]
            {
                Line($"healthy {ColourOf(app)}", app + " healthy", p => p.Apps.TryGetValue(app, out var a) ? a.Healthy : null, _highest),
                Line($"wanted {ColourOf(app)}", app + " wanted", p => p.Apps.TryGetValue(app, out var a) ? a.Wanted : null, _highest),
            }),
        ]);

    /// <summary>Serving and draining tasks on one load balancer, stacked.</summary>
    public XElement Pool(string loadBalancer)
    {
        IEnumerable<(string Class, string Title, Func<TimelinePoint, double?> Value)> layers =
        [
            .. timeline.Apps.Select(app => ($"area {ColourOf(app)}", $"{app} serving", Of(app, a => a.Serving))),
            .. timeline.Apps.Select(app => ($"area out {ColourOf(app)}", $"{app} out of the pool", Of(app, a => a.Out))),
        ];
        return Chart($"Tasks on {loadBalancer}", _highest, [.. Stack([.. layers], _highest), TargetLine()]);

        Func<TimelinePoint, double?> Of(string app, Func<PoolPoint, int> count) =>
            p => p.Pools.TryGetValue(loadBalancer, out var pool) ? pool.TryGetValue(app, out var a) ? count(a) : 0 : null;
    }

    /// <summary>The share of the serving tasks that each colour has, over all load balancers that could be read.</summary>
    public XElement Share() => Chart(
        "Share of the traffic in percent", 100,
        [.. Stack([.. timeline.Apps.Select(app => ($"area {ColourOf(app)}", app, (Func<TimelinePoint, double?>)(p => ShareOf(p, app))))], 100)]);

    /// <summary>The class of an app's colour.</summary>
    public string ColourOf(string app) => timeline.Colours.TryGetValue(app, out var colour) && colour is "blue" or "green"
        ? colour
        : timeline.Apps.Select((id, index) => (id, index)).First(a => a.id == app).index == 0 ? "blue" : "green";

    private static double? ShareOf(TimelinePoint point, string app)
    {
        var all = point.Pools.Values.Sum(pool => pool.Values.Sum(a => a.Serving));
        return all == 0 ? null : 100.0 * point.Pools.Values.Sum(pool => pool.TryGetValue(app, out var a) ? a.Serving : 0) / all;
    }

    private XElement Chart(string title, double highest, IEnumerable<XElement?> content) => Svg(
        "svg", new XAttribute("viewBox", $"0 0 {Number(Width)} {Number(Height + Top + Bottom)}"), new XAttribute("role", "img"), new XAttribute("aria-label", title),
        Svg("title", title),
        Grid(highest), content, Acts(), TimeAxis());

    private IEnumerable<XElement> Grid(double highest)
    {
        foreach (var value in new[] { 0, highest / 2, highest }.Where(v => v % 1 == 0))
        {
            yield return Svg("line", Class("grid"), At("x1", Left), At("x2", Width - Right), At("y1", Y(value, highest)), At("y2", Y(value, highest)));
            yield return Svg("text", Class("tick end"), At("x", Left - 8), At("y", Y(value, highest) + 4), Number(value));
        }
    }

    private IEnumerable<XElement> TimeAxis()
    {
        var steps = new[] { 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400 };
        var step = Array.Find(steps, s => _seconds / s <= 10) is var found and > 0 ? found : _seconds / 10;
        for (var second = 0.0; second <= _seconds; second += step)
        {
            var text = step < 60 ? $"{Number(second)} s" : step < 3600 ? $"{Number(second / 60)} min" : $"{Number(second / 3600)} h";
            yield return Svg("text", Class("tick middle"), At("x", X(second)), At("y", Top + Height + 17), text);
        }
    }

    /// <summary>A line where something was changed.</summary>
    private IEnumerable<XElement> Acts() => timeline.Notes.Where(note => note.Kind is "act" or "kill" or "hold").Select(note =>
        Svg("line", Class($"at {note.Kind}"), At("x1", X(note.At)), At("x2", X(note.At)), At("y1", Top), At("y2", Top + Height), Svg("title", $"{Clock(note.At)} {note.Text}")));

    private XElement? TargetLine() => target <= 0 || target > _highest
        ? null
        : Svg("line", Class("target"), At("x1", Left), At("x2", Width - Right), At("y1", Y(target, _highest)), At("y2", Y(target, _highest)), Svg("title", $"{target} wanted to serve"));

    /// <summary>Values hold until the next look: steps, with a gap where nothing is known.</summary>
    private XElement Line(string @class, string title, Func<TimelinePoint, double?> value, double highest)
    {
        var path = new List<string>();
        double? last = null;
        foreach (var point in timeline.Points)
        {
            var (x, now) = (Number(X(point.At)), value(point));
            if (now is { } v) path.Add(last is { } before ? $"L{x} {Number(Y(before, highest))}L{x} {Number(Y(v, highest))}" : $"M{x} {Number(Y(v, highest))}");
            last = now;
        }

        if (last is { } end) path.Add($"L{Number(X(timeline.End))} {Number(Y(end, highest))}");
        return Svg("path", Class("line " + @class), new XAttribute("d", path.Count == 0 ? "M0 0" : string.Concat(path)), Svg("title", title));
    }

    private IEnumerable<XElement> Stack(IReadOnlyList<(string Class, string Title, Func<TimelinePoint, double?> Value)> layers, double highest)
    {
        var below = new double[timeline.Points.Length];
        foreach (var (@class, title, value) in layers)
        {
            var path = new List<string>();
            for (var i = 0; i < timeline.Points.Length; i++)
            {
                if (value(timeline.Points[i]) is not { } height || height <= 0) continue;
                var (from, to) = (X(timeline.Points[i].At), X(i + 1 < timeline.Points.Length ? timeline.Points[i + 1].At : timeline.End));
                path.Add($"M{Number(from)} {Number(Y(below[i], highest))}H{Number(to)}V{Number(Y(below[i] + height, highest))}H{Number(from)}Z");
                below[i] += height;
            }

            if (path.Count > 0) yield return Svg("path", Class(@class), new XAttribute("d", string.Concat(path)), Svg("title", title));
        }
    }

    private double X(DateTimeOffset at) => X((at - timeline.Begin).TotalSeconds);

    private double X(double seconds) => Left + ((Width - Left - Right) * Math.Min(1, Math.Max(0, seconds / _seconds)));

    private static double Y(double value, double highest) => Top + (Height * (1 - Math.Min(1, value / highest)));
}
