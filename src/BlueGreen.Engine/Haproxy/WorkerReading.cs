namespace BlueGreen.Engine.Haproxy;

/// <summary>By which socket a process told of its sessions.</summary>
public enum WorkerSource
{
    /// <summary>HAProxy's master passed the question on.</summary>
    MasterSocket,

    /// <summary>A connection with an admin socket, opened while the process still served.</summary>
    AdminSocket,
}

/// <summary>Pending work on a server, in one HAProxy process.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Server">The server; null for requests that wait for any server of the backend.</param>
/// <param name="Pending">Sessions and queued requests; above 0.</param>
public sealed record WorkerSessions(string Backend, string? Server, int Pending);

/// <summary>What a process that no longer serves has pending. The statistics over HTTP are those of the serving process alone.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Source">By which socket it told.</param>
/// <param name="Connections">Connections of clients, to any app; with none it cannot take up a request any more. Null where it does not tell.</param>
/// <param name="Sessions">What is pending on the backends that were asked for; what is not listed has nothing pending.</param>
public sealed record WorkerReading(int ProcessId, WorkerSource Source, int? Connections, ImmutableArray<WorkerSessions> Sessions)
{
    /// <summary>What is pending on these servers, each written as backend/server, or waits for any of their backends.</summary>
    public int PendingOn(IReadOnlyCollection<string> servers) =>
        Sessions.Where(s => servers.Any(server => s.Server is null ? server.StartsWith(s.Backend + "/", StringComparison.Ordinal) : server == $"{s.Backend}/{s.Server}"))
            .Sum(s => s.Pending);
}

/// <summary>What HAProxy's sockets told of one load balancer instance within a look.</summary>
public sealed record SocketReading
{
    /// <summary>Nothing was asked, or nothing answered.</summary>
    public static SocketReading None { get; } = new();

    /// <summary>Processes that no longer serve, as far as a socket reaches them; one entry for each process and socket.</summary>
    public ImmutableArray<WorkerReading> OldWorkers { get; init; } = [];

    /// <summary>The master's process; null where no master socket tells it.</summary>
    public int? Master { get; init; }

    /// <summary>Whether HAProxy runs in master-worker mode; null where nothing tells.</summary>
    public bool? HasMaster { get; init; }

    /// <summary>True when one of the session's sockets is surely the instance's, and may change its servers.</summary>
    public bool CanSetServers { get; init; }

    /// <summary>True while one of the session's sockets may yet turn out to be the instance's: that is proven by comparing some looks.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Why a socket of the session tells nothing, in words; null when all do, or there are none.</summary>
    public string? Problem { get; init; }
}
