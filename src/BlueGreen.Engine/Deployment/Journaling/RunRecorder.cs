using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>
/// Writes a run into a journal: of the looks, several a second, those that showed something new. A look may be left out when neither the
/// decision nor anything that later ones rest on came of it; the last one before a change is written all the same, since the sessions that it
/// counted may matter then.
/// </summary>
internal sealed class RunRecorder(IJournal? journal)
{
    private JournalEntry.Look? _leftOut;
    private (string Why, string Decision)? _wait;
    private string? _mark;
    private string? _decisionText;
    private bool _isForced;
    private (ImmutableArray<MarathonApp> Apps, string Text) _apps;

    /// <summary>The texts of the last look: most of it is the same in the next one.</summary>
    private Dictionary<(string, string), (DrainRecord Value, string Text)> _facts = [];
    private Dictionary<string, (ProcessHistory Value, string Text)> _processes = [];

    public void Begin(Course course, Observation? before, DateTimeOffset at)
    {
        journal?.Write(new JournalEntry.Run(at, course.Roles, course.Goal, course.Policy, GoesOn: course.Ledger != DrainLedger.Empty));
        if (before is not null) journal?.Write(new JournalEntry.Before(before.At, before));
    }

    /// <summary>A look on which something was decided.</summary>
    public void Decided(Situation situation, Decision decision)
    {
        if (journal is null) return;
        var (seen, mark, text) = (situation.Seen, Mark(situation), JournalJson.ToText(decision));
        if (mark == _mark && text == _decisionText)
        {
            _leftOut = new JournalEntry.Look(seen.At, seen);
            if (_isForced) journal.Write(JournalEntry.Again.Of(seen));
            _isForced = false;
            return;
        }

        Write(new JournalEntry.Look(seen.At, seen), mark);
        if (text != _decisionText) journal.Write(new JournalEntry.Decided(seen.At, decision));
        (_decisionText, _isForced, _wait) = (text, false, null);
    }

    public void Waited(Situation situation, string why, Decision decision)
    {
        if (journal is null || _wait == (why, JournalJson.ToText(decision))) return;
        Flush();
        journal.Write(new JournalEntry.Waited(situation.Seen.At, why, decision));
        _wait = (why, JournalJson.ToText(decision));
    }

    public void Asked(DateTimeOffset at, Decision act, bool yes)
    {
        Flush();
        journal?.Write(new JournalEntry.Asked(at, act, yes));
        _isForced = true;
    }

    public void Gated(DateTimeOffset at, MarathonApp app, string? refusal)
    {
        Flush();
        journal?.Write(new JournalEntry.Gated(at, app.Id, app.Instances, refusal));
        _isForced = true;
    }

    public void Acting(DateTimeOffset at, Decision act, ImmutableArray<DrainProof> proofs)
    {
        Flush();
        journal?.Write(new JournalEntry.Acting(at, act, proofs));
    }

    public void Acted(DateTimeOffset at, ActOutcome outcome)
    {
        journal?.Write(new JournalEntry.Acted(at, outcome));
        _wait = null;
        // Patience begins anew: from the next look on, whatever it shows.
        _isForced = true;
    }

    private void Write(JournalEntry.Look look, string mark)
    {
        Flush();
        journal?.Write(look);
        _mark = mark;
    }

    /// <summary>What happens next rests on the last look, so that it must be there.</summary>
    private void Flush()
    {
        if (_leftOut is { } look) journal?.Write(look);
        _leftOut = null;
    }

    /// <summary>All that a look has to show anew to be written.</summary>
    private string Mark(Situation situation)
    {
        var seen = situation.Seen;
        if (_apps.Apps != seen.Apps) _apps = (seen.Apps, string.Join("\n", seen.Apps.Select(app => AppExtract.Of(app).ToString(Formatting.None))));
        _processes = Texts(situation.Ledger.Processes.Select(p => (p.Key, p.Value)), _processes);
        _facts = Texts(situation.Ledger.Records.Select(r => (r.Key, Facts(r.Value))), _facts);
        return string.Join(
            "\n",
            [
                _apps.Text, seen.MarathonProblem ?? "", .. seen.LaunchQueue.Select(entry => entry.ToString()),
                .. seen.LoadBalancers.Select(r => $"{r.Instance.Name} {r.Quality} {r.Problem} {r.Servers.Length}"),
                .. _processes.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value.Text}"),
                .. _facts.Values.OrderBy(f => f.Value.LoadBalancer, StringComparer.Ordinal).ThenBy(f => f.Value.TaskId, StringComparer.Ordinal).Select(f => f.Text),
            ]);
    }

    /// <summary>Each value with its text; that of one that is as it was need not be made again.</summary>
    private static Dictionary<TKey, (TValue Value, string Text)> Texts<TKey, TValue>(
        IEnumerable<(TKey Key, TValue Value)> values, Dictionary<TKey, (TValue Value, string Text)> last)
        where TKey : notnull
        where TValue : class, IEquatable<TValue> =>
        values.ToDictionary(v => v.Key, v => last.TryGetValue(v.Key, out var known) && known.Value.Equals(v.Value) ? known : (v.Value, JournalJson.ToText(v.Value)));

    /// <summary>What is known of a task, without what changes all the time and that nothing rests on.</summary>
    private static DrainRecord Facts(DrainRecord record) => record with
    {
        CheckedAt = default,
        TotalSessions = 0,
        // Sessions of a task in the pool matter only when it leaves it, and the look before that is written.
        Pending = record.State is PoolState.Serving or PoolState.Faltering ? 0 : record.Pending,
    };
}
