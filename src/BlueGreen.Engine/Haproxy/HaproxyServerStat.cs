namespace BlueGreen.Engine.Haproxy;

/// <summary>What HAProxy does with a server, whatever the words of its version.</summary>
public enum ServerState
{
    /// <summary>A status that this module does not know; counts as neither serving nor out of the pool.</summary>
    Unknown,

    /// <summary>Gets requests: <c>UP</c>, <c>UP 1/3</c>, <c>no check</c>.</summary>
    Serving,

    /// <summary>Fails its check: <c>DOWN</c>, <c>DOWN 1/2</c>, <c>NOLB</c>. It may still have requests in flight.</summary>
    Down,

    /// <summary>Taken out of the pool on purpose and finishing: <c>DRAIN</c>.</summary>
    Drain,

    /// <summary>Taken out of the pool on purpose: <c>MAINT</c> in all its forms.</summary>
    Maintenance,
}

/// <summary>One server of one backend on one load balancer instance, as its statistics last said.</summary>
public sealed record HaproxyServerStat
{
    /// <summary>The load balancer instance that said so.</summary>
    public required string LoadBalancer { get; init; }

    /// <summary>HAProxy's <c>pxname</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>HAProxy's <c>svname</c>.</summary>
    public required string Server { get; init; }

    /// <summary>The app of the task that it stands for; null where the tasks were not looked up.</summary>
    public string? AppId { get; init; }

    /// <summary>The task that it stands for; null where the tasks were not looked up, and once the task is gone.</summary>
    public string? TaskId { get; init; }

    /// <summary>The status in HAProxy's own words.</summary>
    public required string Status { get; init; }

    /// <summary>The status as one of a few.</summary>
    public required ServerState State { get; init; }

    /// <summary>Its name as HAProxy's commands write it.</summary>
    internal string FullName => $"{Backend}/{Server}";

    /// <summary>
    /// True for a server that is <c>DOWN</c> although HAProxy has no check of it, and no agent or other server to go by: it gets no request, and
    /// nothing ever finds it up again. So stays a server that came back into the pool by a reload which loaded the state saved
    /// while it was disabled. False where the statistics do not tell. Tried on HAProxy 2.0 to 3.5.
    /// </summary>
    public bool IsStopped { get; init; }

    /// <summary>Sessions now (<c>scur</c>), in the serving process only: those of older processes are not in it.</summary>
    public int CurrentSessions { get; init; }

    /// <summary>Requests that wait for this server now (<c>qcur</c>).</summary>
    public int CurrentQueue { get; init; }

    /// <summary>Sessions since the serving process started (<c>stot</c>).</summary>
    public long TotalSessions { get; init; }

    /// <summary>The server's weight, 0 to 256.</summary>
    public int Weight { get; init; }

    /// <summary>Address and port, where this HAProxy tells them.</summary>
    public string? Address { get; init; }

    /// <summary>The last check's outcome, such as <c>L7OK</c>; null without checks.</summary>
    public string? CheckStatus { get; init; }

    /// <summary>Since when the status is what it is; null where HAProxy does not say.</summary>
    public TimeSpan? SinceLastChange { get; init; }

    /// <summary>True for <see cref="ServerState.Maintenance"/> and <see cref="ServerState.Drain"/>.</summary>
    public bool IsOutOfPool => State is ServerState.Maintenance or ServerState.Drain;

    /// <summary>True when requests are in flight or wait, as far as the serving process knows.</summary>
    public bool HasPending => CurrentSessions > 0 || CurrentQueue > 0;
}
