using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Reporting;

/// <summary>An app at one moment.</summary>
internal sealed record AppPoint(int Wanted, int Healthy);

/// <summary>An app on one load balancer at one moment.</summary>
internal sealed record PoolPoint(int Serving, int Out);

/// <summary>What a look showed.</summary>
/// <param name="At">When.</param>
/// <param name="Apps">By app.</param>
/// <param name="Pools">By load balancer and app; a load balancer that could not be read is missing.</param>
internal sealed record TimelinePoint(
    DateTimeOffset At, ImmutableSortedDictionary<string, AppPoint> Apps, ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, PoolPoint>> Pools);

/// <summary>One line of the list of decisions and acts.</summary>
internal sealed record TimelineNote(DateTimeOffset At, string Kind, string Text);

/// <summary>A deployment over time, as a replay of its journal shows it.</summary>
internal sealed record Timeline(
    ImmutableArray<string> Apps, ImmutableArray<string> LoadBalancers, ImmutableArray<TimelinePoint> Points, ImmutableArray<TimelineNote> Notes)
{
    /// <summary>The colour of each app that has one.</summary>
    public required ImmutableDictionary<string, string> Colours { get; init; }

    public DateTimeOffset Begin => Notes[0].At;

    public DateTimeOffset End { get; init; }

    public static Timeline Of(string journal)
    {
        var (points, notes) = (new List<TimelinePoint>(), new List<TimelineNote>());
        var colours = ImmutableDictionary<string, string>.Empty;
        foreach (var step in Replay.Run(JournalReader.Read(journal)))
        {
            if (step is { Entry: JournalEntry.Look or JournalEntry.Again, Course.Last: { } situation })
            {
                points.Add(PointOf(situation));
                colours = colours.SetItems(situation.Seen.Apps.Where(a => a.Colour is not null).Select(a => new KeyValuePair<string, string>(a.Id, a.Colour!)));
            }
            else
            {
                notes.Add(new TimelineNote(step.Entry.At, KindOf(step.Entry), JournalText.Of(step.Entry)));
            }
        }

        return new Timeline(
            [.. points.SelectMany(p => p.Apps.Keys).Distinct()], [.. points.SelectMany(p => p.Pools.Keys).Distinct().OrderBy(n => n, StringComparer.Ordinal)], [.. points], [.. notes])
        {
            Colours = colours,
            End = points.Select(p => p.At).Concat(notes.Select(n => n.At)).Max(),
        };
    }

    private static TimelinePoint PointOf(Situation situation)
    {
        var apps = situation.Seen.Apps;
        return new TimelinePoint(
            situation.Seen.At,
            apps.ToImmutableSortedDictionary(app => app.Id, app => new AppPoint(app.Instances, Situation.HealthyTasks(app)), StringComparer.Ordinal),
            situation.Seen.LoadBalancers.Where(r => r.Quality == ReadingQuality.Consistent).ToImmutableSortedDictionary(
                r => r.Instance.Name,
                r => apps.ToImmutableSortedDictionary(app => app.Id, app => Pool(situation, app, r.Instance), StringComparer.Ordinal), StringComparer.Ordinal));
    }

    private static PoolPoint Pool(Situation situation, MarathonApp app, LoadBalancerInstance instance) =>
        new(situation.Count(app, instance, PoolState.Serving), situation.Count(app, instance, PoolState.Out));

    private static string KindOf(JournalEntry entry) => entry switch
    {
        JournalEntry.Decided { Decision: Decision.Hold } or JournalEntry.Waited { Decision: Decision.Hold } or JournalEntry.Ended { Deployment.Result: DeploymentResult.Held } => "hold",
        JournalEntry.Acting { Proofs.IsEmpty: false } => "kill",
        JournalEntry.Acting or JournalEntry.Created => "act",
        JournalEntry.Broken => "hold",
        JournalEntry.Ended or JournalEntry.Header or JournalEntry.Run => "mark",
        _ => "note",
    };
}
