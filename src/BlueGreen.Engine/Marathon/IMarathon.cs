namespace BlueGreen.Engine.Marathon;

/// <summary>A change that Marathon took up: the deployment that carries it out.</summary>
/// <param name="DeploymentId">The deployment, or null when Marathon had nothing to do.</param>
/// <param name="Version">The version that the change made, as Marathon wrote it.</param>
public sealed record AcceptedChange(string? DeploymentId, string? Version);

/// <summary>Which apps to read. Members that are null do not narrow.</summary>
/// <param name="Id">A part of the id.</param>
/// <param name="LabelSelector">Marathon's selector text, such as <c>owner==zeus, env in (a,b)</c>.</param>
public sealed record AppQuery(string? Id = null, string? LabelSelector = null)
{
    /// <summary>The apps of one deployment group, whatever characters its name has.</summary>
    public static AppQuery ForGroup(string group) => new(LabelSelector: $"{DeploymentLabels.Group}=={Escape(group)}");

    /// <summary>Marathon's selectors take other characters than these only behind a backslash.</summary>
    internal static string Escape(string value) =>
        string.Concat(value.Select(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.' ? c.ToString() : "\\" + c));
}

/// <summary>How a change is made.</summary>
/// <param name="Force">Overrides the deployment that holds the app, as Marathon's <c>?force=true</c>.</param>
public sealed record ChangeOptions(bool Force = false)
{
    /// <summary>Without force.</summary>
    public static ChangeOptions Default { get; } = new();

    /// <summary>
    /// Sent once only: not repeated when there is no answer. For changes that are right only for as long as what was seen right before
    /// is true; by the time of a repeat, a fail-over may have changed everything.
    /// </summary>
    public bool IsOnce { get; init; }
}

/// <summary>
/// Marathon as the engine uses it. Every call throws <see cref="BlueGreenException"/> for what Marathon refuses and for what
/// cannot be reached, after the retries that are safe. The simulator of the tests implements the same interface.
/// </summary>
public interface IMarathon
{
    /// <summary>Apps with their tasks, counts and deployments, in Marathon's order.</summary>
    Task<ImmutableArray<MarathonApp>> GetAppsAsync(AppQuery? query, CancellationToken cancellationToken);

    /// <summary>One app, or null when there is none.</summary>
    Task<MarathonApp?> FindAppAsync(string id, CancellationToken cancellationToken);

    /// <summary>Creates an app.</summary>
    Task<AcceptedChange> CreateAppAsync(AppDefinition definition, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>Changes members of an app: a partial update.</summary>
    Task<AcceptedChange> UpdateAppAsync(string id, AppDefinition changes, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>Sets the number of instances, and nothing else.</summary>
    Task<AcceptedChange> ScaleAppAsync(string id, int instances, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Sets the numbers of instances of several apps in one deployment, so that all have the same <see cref="MarathonApp.LastScalingAt"/>.
    /// </summary>
    Task<AcceptedChange> ScaleAppsAsync(
        IReadOnlyCollection<(string Id, int Instances)> apps, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>Removes an app and kills its tasks. An app that is gone already is no error.</summary>
    Task<AcceptedChange> DeleteAppAsync(string id, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Kills tasks; with <paramref name="scale"/> their apps want as many fewer afterwards. Ids that are gone are left out by Marathon.
    /// </summary>
    Task<AcceptedChange> KillTasksAsync(
        IReadOnlyCollection<string> taskIds, bool scale, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>All running deployments.</summary>
    Task<ImmutableArray<MarathonDeployment>> GetDeploymentsAsync(CancellationToken cancellationToken);

    /// <summary>Rolls a deployment back by a new one; with force it is only given up.</summary>
    Task<AcceptedChange> CancelDeploymentAsync(string deploymentId, ChangeOptions options, CancellationToken cancellationToken);

    /// <summary>Apps that wait for resources to start tasks on.</summary>
    Task<ImmutableArray<LaunchQueueEntry>> GetLaunchQueueAsync(CancellationToken cancellationToken);

    /// <summary>Version and leader of the cluster.</summary>
    Task<MarathonInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Marathon's events from now on, until cancelled. A broken stream is opened again by itself; each (re)connection yields an
    /// event of type <c>event_stream_attached</c>. Events say when to look, never what is true.
    /// </summary>
    IAsyncEnumerable<MarathonEvent> WatchEventsAsync(IReadOnlyCollection<string> eventTypes, CancellationToken cancellationToken);
}
