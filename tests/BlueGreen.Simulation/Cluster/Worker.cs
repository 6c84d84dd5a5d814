namespace BlueGreen.Simulation.Cluster;

/// <summary>One HAProxy process with the configuration that it was started with.</summary>
internal sealed class Worker(int pid, TimeSpan startedAt, Dictionary<Instance, Server> servers)
{
    public int Pid { get; } = pid;

    public TimeSpan StartedAt { get; } = startedAt;

    public Dictionary<Instance, Server> Servers { get; } = servers;

    /// <summary>When the last session of another app's ends that it has.</summary>
    public TimeSpan OthersEndAt { get; set; }

    /// <summary>Connections of clients that it has had since it was started, for the statistics themselves.</summary>
    public long Asked { get; set; }

    /// <summary>Connections of clients that it has now and that may bring a request, as an old worker.</summary>
    public int CountConnections(TimeSpan now) => Servers.Values.Count(server => server.IsTiedUp(now)) + (OthersEndAt > now ? 1 : 0);

    /// <summary>The moment up to which it stays when it does not take connections any more.</summary>
    public TimeSpan EndsAt
    {
        get
        {
            var last = OthersEndAt;
            foreach (var server in Servers.Values)
            {
                if (server.BusyUntil > last) last = server.BusyUntil;
                if (server.Late is { } late && late.Until > last) last = late.Until;
            }

            return last;
        }
    }
}

/// <summary>A task in the pool of one worker. All its ports share its state, unless somebody sets one by hand.</summary>
internal sealed class Server(bool isDisabled)
{
    /// <summary>Taken out by marathon-lb.</summary>
    public bool IsDisabled { get; } = isDisabled;

    /// <summary>Since when this load balancer has it in or out of the pool, whichever worker.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Loaded as stopped from the state that was saved, without a check that could bring it up again.</summary>
    public bool IsStuck { get; init; }

    /// <summary>Down until then.</summary>
    public TimeSpan UpFrom { get; set; }

    /// <summary>Its last request that is known of ends then; while requests come in, there is always one more.</summary>
    public TimeSpan BusyUntil { get; set; }

    /// <summary>A client that has connected already sends its request only then; null for none.</summary>
    public (TimeSpan From, TimeSpan Until)? Late { get; set; }

    /// <summary>A request is on its way to it now.</summary>
    public bool IsBusy(TimeSpan now) => BusyUntil > now || (Late is { } late && late.From <= now && now < late.Until);

    /// <summary>A request is on its way to it, or will be.</summary>
    public bool IsTiedUp(TimeSpan now) => BusyUntil > now || Late?.Until > now;

    /// <summary>The port, by index, that somebody has put into maintenance by hand; -1 for none.</summary>
    public int SetByHand { get; set; } = -1;

    /// <summary>Somebody has drained it on a socket: it gets no requests, and keeps those that it has.</summary>
    public bool IsDrainedByHand { get; set; }

    /// <summary>Requests are sent to it.</summary>
    public bool TakesRequests(Instance task, TimeSpan now) => !IsDisabled && !IsDrainedByHand && !IsStuck && UpFrom <= now && task.ReadySince is not null;
}
