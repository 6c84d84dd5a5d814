using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

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
    private Dictionary<(string, string), (DrainRecord Record, string Text)> _facts = [];
    private Dictionary<string, (ProcessHistory Processes, string Text)> _processes = [];

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
        _processes = situation.Ledger.Processes.ToDictionary(
            p => p.Key, p => (p.Value, _processes.TryGetValue(p.Key, out var known) && known.Processes == p.Value ? known.Text : JournalJson.ToText(p.Value)));
        _facts = situation.Ledger.Records.ToDictionary(
            r => r.Key, r => (r.Value, _facts.TryGetValue(r.Key, out var known) && IsAlike(known.Record, r.Value) ? known.Text : Facts(r.Value)));
        return string.Join(
            "\n",
            [
                _apps.Text, seen.MarathonProblem ?? "", .. seen.LaunchQueue.Select(entry => entry.ToString()),
                .. seen.LoadBalancers.Select(r => $"{r.Instance.Name} {r.Quality} {r.Problem} {r.Servers.Length}"),
                .. _processes.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key} {p.Value.Text}"),
                .. _facts.Values.OrderBy(f => f.Record.LoadBalancer, StringComparer.Ordinal).ThenBy(f => f.Record.TaskId, StringComparer.Ordinal).Select(f => f.Text),
            ]);
    }

    /// <summary>True when the two surely have the same text.</summary>
    private static bool IsAlike(DrainRecord one, DrainRecord other) => one == other with
    {
        CheckedAt = one.CheckedAt,
        TotalSessions = one.TotalSessions,
        Pending = other.State is PoolState.Serving or PoolState.Faltering ? one.Pending : other.Pending,
    };

    /// <summary>What is known of a task, without what changes all the time and that nothing rests on.</summary>
    private static string Facts(DrainRecord record)
    {
        var facts = (JObject)JournalJson.ToToken(record);
        facts.Remove("checkedAt");
        facts.Remove("totalSessions");
        // Sessions of a task in the pool matter only when it leaves it, and the look before that is written.
        if (record.State is PoolState.Serving or PoolState.Faltering) foreach (var name in new[] { "hadPending", "pending" }) facts.Remove(name);
        return facts.ToString(Formatting.None);
    }
}
