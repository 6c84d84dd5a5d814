using BlueGreen.Engine.Haproxy;

namespace BlueGreen.Haproxy;

/// <summary>A load balancer instance and its processes, at one moment.</summary>
public sealed class HaproxyInstance
{
    /// <summary>A quiet HAProxy in master-worker mode: the serving process and the master.</summary>
    private const int QuietProcesses = 2;

    internal HaproxyInstance(LoadBalancerReading reading)
    {
        Name = reading.Instance.Name;
        StatsUri = reading.Instance.StatsUri;
        ReadAt = reading.At;
        IsReachable = reading.Quality != ReadingQuality.Unreachable;
        Problem = reading.Problem;
        if (reading.Processes is not { } processes) return;
        HaproxyVersion = processes.HaproxyVersion;
        ServingProcessId = processes.Serving;
        ProcessId = [.. processes.All];
        Uptime = processes.Uptime;
        IsReloading = processes.All.Count > QuietProcesses;
        Servers = reading.Servers.Length;
    }

    /// <summary>Address and port, such as <c>10.0.6.25:9090</c>.</summary>
    public string Name { get; }

    /// <summary>Base address of its statistics port.</summary>
    public Uri StatsUri { get; }

    /// <summary>HAProxy's version; null where it does not say.</summary>
    public string? HaproxyVersion { get; }

    /// <summary>The process that takes new connections; null while that cannot be told.</summary>
    public int? ServingProcessId { get; }

    /// <summary>All its HAProxy processes.</summary>
    public int[] ProcessId { get; } = [];

    /// <summary>How long the serving process has run: the time since the last reload.</summary>
    public TimeSpan? Uptime { get; }

    /// <summary>
    /// True when there are more processes than a quiet HAProxy in master-worker mode has: usually an older one that still serves
    /// connections from before the last reload. It is a sign, never the proof that a task is idle.
    /// </summary>
    public bool IsReloading { get; }

    /// <summary>How many servers it has, over all backends.</summary>
    public int Servers { get; }

    /// <summary>False when it did not answer.</summary>
    public bool IsReachable { get; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Problem { get; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset ReadAt { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
