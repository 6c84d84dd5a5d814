using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Deployment;

/// <summary>What sort of change an act is.</summary>
public enum ActKind
{
    /// <summary>Any other change.</summary>
    Change,

    /// <summary>An app is created.</summary>
    Create,

    /// <summary>The number of an app's instances is changed, and no chosen task is killed.</summary>
    Scale,

    /// <summary>Chosen tasks of an app are killed.</summary>
    Kill,

    /// <summary>An app is removed with all its tasks.</summary>
    Delete,
}

/// <summary>One change of the cluster that is about to be made, or would be.</summary>
/// <param name="Target">The app it changes.</param>
/// <param name="Action">What is done to it, such as <c>Scale from 1 to 2 instances</c>.</param>
/// <param name="Reason">Why, and why now.</param>
/// <param name="Destructive">True when tasks are killed by it.</param>
public sealed record PlannedAct(string Target, string Action, string Reason, bool Destructive = false)
{
    /// <summary>What sort of change it is.</summary>
    public ActKind Kind { get; init; }

    /// <summary>The app that a <see cref="ActKind.Create"/> posts; null with the others.</summary>
    public AppDefinition? Definition { get; init; }
}

/// <summary>Asks the user before each change.</summary>
public interface IApproval
{
    /// <summary>True to go on, false to stop with everything as it is.</summary>
    Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken);
}

/// <summary>Says yes to everything.</summary>
public sealed class ApproveAll : IApproval
{
    /// <summary>The one instance.</summary>
    public static ApproveAll Instance { get; } = new();

    /// <inheritdoc/>
    public Task<bool> ApproveAsync(PlannedAct act, CancellationToken cancellationToken) => Task.FromResult(true);
}

/// <summary>One step of a plan, as <c>-WhatIf</c> shows it.</summary>
/// <param name="Number">From 1 up.</param>
/// <param name="Target">The app or group it is about.</param>
/// <param name="Action">What would be done or waited for.</param>
/// <param name="Reason">Why.</param>
public sealed record PlanStep(int Number, string Target, string Action, string Reason);
