using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Deciding;

/// <summary>
/// What a run expects to see of the group's apps: what its first look found, and what its own acts have made or may have made of it.
/// Whatever else is seen, somebody else did. Immutable.
/// </summary>
internal sealed record Expectation
{
    public static Expectation Nothing { get; } = new();

    public ImmutableSortedDictionary<string, ExpectedApp> Apps { get; init; } =
        ImmutableSortedDictionary.Create<string, ExpectedApp>(StringComparer.Ordinal);

    /// <summary>Deployments of Marathon's that carry out this run's acts, or ran already when it first looked.</summary>
    public ImmutableHashSet<string> Deployments { get; init; } = [];

    /// <summary>Folds a look in: an app not seen before is taken as it is, and an act that was answered is over.</summary>
    public Expectation Next(Observation seen)
    {
        if (seen.MarathonProblem is not null) return this;
        // As nearly every look: nothing is open, and nobody has come.
        if (seen.Apps.All(app => Apps.TryGetValue(app.Id, out var known) && !known.IsOpen)) return this;
        var unknown = seen.Apps.Where(app => !Apps.ContainsKey(app.Id)).ToList();
        return this with
        {
            Apps = Apps.SetItems(seen.Apps.Select(app => new KeyValuePair<string, ExpectedApp>(
                app.Id, Apps.TryGetValue(app.Id, out var known) ? known.Settle(app, seen.MarathonAt) : ExpectedApp.Of(app)))),
            Deployments = Deployments.Union(unknown.SelectMany(app => app.Deployments)),
        };
    }

    /// <summary>An act is about to be asked for. Until it is answered it may have happened, in part or not at all.</summary>
    public Expectation Before(Decision act) => Fold(act, (app, effect) => app.Before(effect));

    /// <summary>An act was carried out.</summary>
    /// <param name="act">The act.</param>
    /// <param name="deployments">Marathon's deployments that carry it out.</param>
    /// <param name="followedUp">False when what was to follow a kill failed, or got no answer.</param>
    /// <param name="at">When the answer came.</param>
    public Expectation After(Decision act, IEnumerable<string> deployments, bool followedUp, DateTimeOffset at)
    {
        var answered = act is Decision.Kill kill && !followedUp ? kill with { Then = null } : act;
        return Fold(answered, (app, effect) => app.After(effect, at)) with { Deployments = Deployments.Union(deployments) };
    }

    private Expectation Fold(Decision act, Func<ExpectedApp, Effect, ExpectedApp> fold)
    {
        var apps = Apps;
        foreach (var effect in Effect.Of(act))
        {
            if (apps.TryGetValue(effect.AppId, out var app)) apps = apps.SetItem(effect.AppId, fold(app, effect));
        }

        return this with { Apps = apps };
    }
}

/// <summary>What an act does to one app.</summary>
/// <param name="AppId">The app.</param>
/// <param name="OnTheWay">Numbers of instances that it passes through; the last one is where it ends.</param>
/// <param name="Kills">Tasks that are killed, each of which lowers the number by one; one that is gone already does not.</param>
/// <param name="Removes">True when the app is removed.</param>
internal sealed record Effect(string AppId, ImmutableArray<int> OnTheWay, ImmutableSortedSet<string> Kills, bool Removes = false)
{
    public static IEnumerable<Effect> Of(Decision act) => act switch
    {
        Decision.Scale { Size: var size } => [Scaling(size.AppId, size.To)],
        Decision.Touch touch => [Scaling(touch.AppId, touch.Instances + 1, touch.Instances)],
        Decision.GrowBeside { Size: var size } beside =>
            [Scaling(size.AppId, size.To - 1, size.To), Scaling(beside.OtherId, beside.OtherInstances + 1, beside.OtherInstances)],
        Decision.Kill kill => [new Effect(kill.AppId, [], kill.TaskIds), .. kill.Then is { } then ? Of(then) : []],
        Decision.Delete delete => [new Effect(delete.AppId, [], [], Removes: true)],
        _ => [],
    };

    private static Effect Scaling(string appId, params int[] onTheWay) => new(appId, [.. onTheWay], []);
}

/// <summary>What is expected of one app.</summary>
internal sealed record ExpectedApp
{
    /// <summary>The app as it was first seen.</summary>
    public required MarathonApp First { get; init; }

    /// <summary>The number of instances when it was last known for certain.</summary>
    public required int Settled { get; init; }

    /// <summary>When Marathon last scaled it, by what is known for certain.</summary>
    public DateTimeOffset? ScaledAt { get; init; }

    /// <summary>Numbers of instances that it may have.</summary>
    public required ImmutableSortedSet<int> Instances { get; init; }

    /// <summary>True after an act, until its outcome is seen.</summary>
    public bool IsOpen { get; init; }

    /// <summary>When the act was answered: what is read from then on shows its outcome. Null while it is not.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>True once this run has asked for its removal.</summary>
    public bool MayBeGone { get; init; }

    /// <summary>Tasks that this run asked to kill since the number was last known.</summary>
    private ImmutableSortedSet<string> Killed { get; init; } = [];

    public static ExpectedApp Of(MarathonApp app) =>
        new() { First = app, Settled = app.Instances, ScaledAt = app.LastScalingAt, Instances = [app.Instances] };

    public ExpectedApp Before(Effect effect)
    {
        var killed = Killed.Union(effect.Kills);
        // Marathon leaves out tasks that are gone by then or being killed already, so fewer may be taken off.
        var lowered = Enumerable.Range(Settled - killed.Count, killed.Count + 1);
        return this with
        {
            Instances = Instances.Union(effect.OnTheWay).Union(lowered),
            Killed = killed,
            IsOpen = true,
            AnsweredAt = null,
            MayBeGone = MayBeGone || effect.Removes,
        };
    }

    public ExpectedApp After(Effect effect, DateTimeOffset at) => this with
    {
        Instances = effect.OnTheWay.IsEmpty ? Instances : [effect.OnTheWay[effect.OnTheWay.Length - 1]],
        AnsweredAt = at,
    };

    /// <summary>The first look after an answer shows what the act made of the app.</summary>
    public ExpectedApp Settle(MarathonApp app, DateTimeOffset readAt) => IsOpen && readAt >= AnsweredAt && Instances.Contains(app.Instances)
        ? this with { Settled = app.Instances, ScaledAt = app.LastScalingAt, Instances = [app.Instances], Killed = [], IsOpen = false }
        : this;
}
