namespace BlueGreen.Simulation.Cluster;

internal enum InstanceState
{
    Staging,
    Running,
    Killing,
    Gone,
}

/// <summary>One task of an app, as it really is and as Marathon sees it.</summary>
internal sealed class Instance(SimulatedApp app, int number, Behaviour behaviour)
{
    public SimulatedApp App { get; } = app;

    public string Id { get; } = $"{app.Id[1..]}.instance-{Scramble(number):x8}._app.1";

    /// <summary>The first of its ports.</summary>
    public int Port { get; } = 31000 + (number * 2);

    /// <summary>What marathon-lb calls its servers, by port index.</summary>
    public string[] ServerNames { get; } = [.. app.Ports.Select((_, index) => $"10_0_6_25_{31000 + (number * 2) + index}")];

    public Behaviour Behaviour { get; } = behaviour;

    public InstanceState State { get; set; }

    /// <summary>Marathon's last health result; null while there is none.</summary>
    public bool? Alive { get; set; }

    /// <summary>Since when it really answers; null while it does not.</summary>
    public TimeSpan? ReadySince { get; set; }

    /// <summary>When Marathon last had a good health result of it.</summary>
    public TimeSpan? LastAlive { get; set; }

    public override string ToString() => Id;

    /// <summary>Ids are in no order, since those of Marathon hold a random number.</summary>
    private static uint Scramble(int number) => unchecked((uint)number * 2654435761u);
}

/// <summary>How the tasks of one version behave.</summary>
/// <param name="Starts">From the offer to running.</param>
/// <param name="Ready">From running to answering.</param>
/// <param name="CheckEvery">How often Marathon checks their health.</param>
/// <param name="Dies">From the signal to the end.</param>
/// <param name="IsBroken">It runs, but never answers.</param>
/// <param name="CrashesAfter">It ends by itself so long after it started; null when it does not.</param>
internal sealed record Behaviour(TimeSpan Starts, TimeSpan Ready, TimeSpan CheckEvery, TimeSpan Dies, bool IsBroken = false, TimeSpan? CrashesAfter = null);
