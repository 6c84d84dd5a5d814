namespace BlueGreen.Engine.Marathon;

/// <summary>A running deployment of Marathon's: its own steps to bring apps to a wanted state.</summary>
/// <param name="Id">Marathon's id.</param>
/// <param name="Version">The version of the group that it brings about.</param>
/// <param name="AffectedApps">The apps that it holds.</param>
/// <param name="CurrentStep">From 1 up.</param>
/// <param name="TotalSteps">How many there are.</param>
/// <param name="CurrentActions">Such as <c>ScaleApplication /shop-green</c>.</param>
public sealed record MarathonDeployment(
    string Id, string Version, ImmutableArray<string> AffectedApps, int CurrentStep, int TotalSteps, ImmutableArray<string> CurrentActions);

/// <summary>An app that wants tasks that Marathon could not start yet.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Count">How many tasks wait.</param>
/// <param name="Delay">How long the launch is still held back, after crashes.</param>
/// <param name="UnusedOffers">How many offers of resources did not fit.</param>
/// <param name="ProcessedOffers">How many offers were looked at.</param>
public sealed record LaunchQueueEntry(string AppId, int Count, TimeSpan Delay, int UnusedOffers, int ProcessedOffers);

/// <summary>What a cluster says of itself.</summary>
/// <param name="Name">The framework's name, usually <c>marathon</c>.</param>
/// <param name="Version">Marathon's version.</param>
/// <param name="Leader">Host and port of the leading instance; null while there is none.</param>
public sealed record MarathonInfo(string Name, string Version, string? Leader);
