using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment.Acting;

/// <summary>How an attempt to act ended.</summary>
internal abstract record ActOutcome
{
    /// <summary>Marathon took it up.</summary>
    public sealed record Acted : ActOutcome
    {
        public static Acted Instance { get; } = new();
    }

    /// <summary>Not done; worth looking and deciding again.</summary>
    public sealed record NotNow(string Why) : ActOutcome;

    /// <summary>Refused for good.</summary>
    public sealed record Ended(Decision.Hold Hold) : ActOutcome;
}

/// <summary>Carries decisions out: one call each, which a lost answer or a second try does not harm.</summary>
internal static class Act
{
    public static PlannedAct Describe(Decision decision) => decision switch
    {
        Decision.Scale scale => new PlannedAct(scale.AppId, $"Scale from {scale.From} to {scale.To} instances", scale.Reason),
        Decision.Delete delete => new PlannedAct(delete.AppId, $"Remove the app and its {delete.TaskIds.Count} tasks", delete.Reason, Destructive: true),
        _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act."),
    };

    public static async Task<ActOutcome> TryAsync(Cluster cluster, Decision decision, CancellationToken cancellationToken)
    {
        var act = Describe(decision);
        try
        {
            await CarryOutAsync(cluster.Marathon, decision, cancellationToken).ConfigureAwait(false);
            cluster.Say(MessageLevel.Information, $"{act.Target}: {act.Action} ({act.Reason})");
            return ActOutcome.Acted.Instance;
        }
        catch (BlueGreenException error) when (error.Kind is ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.Locked)
        {
            // Whether it was done or not, the next look tells.
            return new ActOutcome.NotNow($"{act.Target}: {act.Action} did not go through: {error.Message}");
        }
        catch (BlueGreenException error)
        {
            return new ActOutcome.Ended(new Decision.Hold(error.ErrorId, $"{act.Target}: {act.Action} was refused: {error.Message}", error.Remedy));
        }
    }

    private static Task<AcceptedChange> CarryOutAsync(IMarathon marathon, Decision decision, CancellationToken cancellationToken) => decision switch
    {
        Decision.Scale scale => marathon.ScaleAppAsync(scale.AppId, scale.To, ChangeOptions.Default, cancellationToken),
        Decision.Delete delete => marathon.DeleteAppAsync(delete.AppId, ChangeOptions.Default, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(decision), decision, "Not an act."),
    };
}
