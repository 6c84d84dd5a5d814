using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Judging;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>One step of a replay.</summary>
/// <param name="Entry">The entry of the journal.</param>
/// <param name="Course">Where the run stood after it; null before the first run.</param>
/// <param name="Decision">The decision that came of it; null for an entry that makes none.</param>
/// <param name="Difference">How that decision differs from the one in the journal; null when it does not.</param>
internal sealed record ReplayStep(JournalEntry Entry, Course? Course, Decision? Decision = null, string? Difference = null);

/// <summary>Goes through a journal with the same pure functions that the run went by, and compares each decision.</summary>
internal static class Replay
{
    public static IEnumerable<ReplayStep> Run(IEnumerable<JournalEntry> entries, Rules? rules = null)
    {
        Course? course = null;
        Decision? computed = null, recorded = null;
        Decision? act = null;
        JournalEntry? look = null;
        foreach (var entry in entries)
        {
            // A look with a decision behind it is judged by that one, any other by the last one.
            if (look is not null)
            {
                if (entry is JournalEntry.Decided decided) recorded = decided.Decision;
                yield return new ReplayStep(look, course, computed, Compare(computed!, recorded));
                look = null;
            }

            switch (entry)
            {
                case JournalEntry.Run run:
                    course = new Course(run.Roles, run.Policy, run.Goal, rules ?? Rules.Default)
                    {
                        Ledger = run.GoesOn && course is not null ? course.Ledger : DrainLedger.Empty,
                    };
                    recorded = null;
                    yield return new ReplayStep(entry, course);
                    break;
                case JournalEntry.Before { Seen: var before } when course is not null:
                    course = course.Know(before);
                    yield return new ReplayStep(entry, course);
                    break;
                case JournalEntry.Look { Seen: var seen } when course is not null:
                    (course, computed) = course.See(seen).Decide();
                    look = entry;
                    break;
                case JournalEntry.Again again when course is { Last: not null }:
                    (course, computed) = course.See(again.Apply(course.Situation.Seen)).Decide();
                    look = entry;
                    break;
                case JournalEntry.Waited waited when course is { Last: not null }:
                    (course, var wait) = course.Wait(waited.Why);
                    yield return new ReplayStep(entry, course, wait, Compare(wait, waited.Decision));
                    break;
                case JournalEntry.Asked { Yes: true } when course is { Last: not null }:
                    course = course.Approved(entry.At);
                    yield return new ReplayStep(entry, course);
                    break;
                case JournalEntry.Gated { Refusal: null } when course is not null:
                    course = course.Rested();
                    yield return new ReplayStep(entry, course);
                    break;
                case JournalEntry.Acting acting when course is not null:
                    act = acting.Act;
                    course = course.Begin(act);
                    yield return new ReplayStep(entry, course);
                    break;
                case JournalEntry.Acted { Outcome: ActOutcome.Acted acted } when course is not null && act is not null:
                    course = course.End(act, acted, entry.At);
                    yield return new ReplayStep(entry, course);
                    break;
                default:
                    yield return new ReplayStep(entry, course);
                    break;
            }
        }

        // The driver was lost behind the look: what it would have decided, nobody knows.
        if (look is not null) yield return new ReplayStep(look, course, computed);
    }

    private static string? Compare(Decision computed, Decision? recorded)
    {
        if (recorded is null) return "the journal has no decision there";
        var (one, other) = (JournalJson.ToText(computed), JournalJson.ToText(recorded));
        return one == other ? null : $"decided {one}, and the journal says {other}";
    }
}
