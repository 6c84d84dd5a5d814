using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>How the other colour comes to serve.</summary>
/// <param name="To">The colour that is to serve.</param>
/// <param name="From">The one that makes room for it.</param>
/// <param name="Direction">Which way that is, by the time of their deployment.</param>
/// <param name="Renews">
/// True when <paramref name="To"/> has to be removed and deployed anew beside the other. Without HAProxy's sockets, tasks that were out of the
/// pool are never brought back, since HAProxy keeps a returning server down until a check has passed; fresh ones take their place. The colour
/// that was deployed first can get them beside its old ones, scaled in one act with the other; the one that was deployed last cannot: where both
/// were scaled at the same time, marathon-lb goes by the time of their deployment, and would take all of the other out at once.
/// </param>
internal sealed record ColourSwitch(MarathonApp To, MarathonApp From, Direction Direction, bool Renews)
{
    /// <summary>Chooses by what serves now.</summary>
    /// <param name="group">The group.</param>
    /// <param name="name">Its name.</param>
    /// <param name="colour">The colour that is to serve; null for the one that does not serve, or, where both do, the one that was deployed last.</param>
    /// <exception cref="BlueGreenException"><c>GroupNotFound</c>, <c>NothingToSwitchTo</c>, <c>ThirdAppInGroup</c>.</exception>
    public static ColourSwitch Choose(DeploymentGroup? group, string name, string? colour)
    {
        if (group?.Apps.Length is null or > 2) throw Continuation.NothingToGoOnWith(name, group?.Apps ?? []);
        if (group.Previous is not { } previous) throw Nothing(group, $"has one app only, {group.Newest.Id}");
        var to = colour is not null
            ? group.Apps.FirstOrDefault(app => string.Equals(app.Colour, colour, StringComparison.OrdinalIgnoreCase)) ?? throw Nothing(group, $"has no {colour}")
            : group.TrafficShare[group.Newest.Id] == 1.0 ? previous : group.Newest;
        var from = to == previous ? group.Newest : previous;
        var rule = PoolRule.Of(group.Apps[0], group.Apps[1]);
        return to == previous
            ? new ColourSwitch(to, from, Direction.Back, Renews: false)
            : new ColourSwitch(to, from, Direction.ForwardToTheEnd, rule.Newer == from && rule.Out.Length > 0);
    }

    private static BlueGreenException Nothing(DeploymentGroup group, string why) => new(
        ErrorKind.InvalidArgument, "NothingToSwitchTo", $"The group {group.Name} {why}: there is nothing to switch to.",
        "Bring the other colour up beside it first, such as by Start-BlueGreenDeployment -NewInstances 1; Get-DeploymentGroup shows the colours.", group.Name);
}
