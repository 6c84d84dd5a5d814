using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using BlueGreen.Lab;

namespace BlueGreen.Session;

/// <summary>
/// What the cmdlets of one runspace have open. Never shared between runspaces: a session that another script opened must not
/// become the one that this script writes to.
/// </summary>
internal sealed class RunspaceOwned : IDisposable
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceOwned> All = new();

    private readonly List<BlueGreenSession> _sessions = [];
    private readonly ConcurrentDictionary<LabProcess, bool> _labs = new();
    private readonly object _gate = new();

    private RunspaceOwned(Runspace runspace) => runspace.StateChanged += (_, change) =>
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken) Dispose();
    };

    /// <summary>The session that cmdlets use when none is named: the one opened last.</summary>
    public BlueGreenSession? Default
    {
        get { lock (_gate) return _sessions.LastOrDefault(); }
    }

    /// <summary>Open sessions, the default one last.</summary>
    public IReadOnlyList<BlueGreenSession> Sessions
    {
        get { lock (_gate) return [.. _sessions]; }
    }

    /// <summary>Labs that were started here and run still.</summary>
    public IReadOnlyList<LabProcess> Labs => [.. _labs.Keys];

    public static RunspaceOwned Of(Runspace runspace) => All.GetValue(runspace, r => new RunspaceOwned(r));

    public void Add(BlueGreenSession session)
    {
        lock (_gate) _sessions.Add(session);
    }

    public void Remove(BlueGreenSession session)
    {
        lock (_gate) _sessions.Remove(session);
    }

    public void Add(LabProcess lab) => _labs[lab] = true;

    public void Remove(LabProcess lab) => _labs.TryRemove(lab, out _);

    /// <summary>Closes all sessions and ends all labs.</summary>
    public void Dispose()
    {
        foreach (var session in Sessions)
        {
            Remove(session);
            session.Close();
        }

        foreach (var lab in Labs)
        {
            Remove(lab);
            lab.Dispose();
        }
    }
}
