using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>One line of a journal, for people.</summary>
/// <param name="At">When, by the driver's clock.</param>
/// <param name="Kind">What sort of line it is: <c>Look</c>, <c>Decided</c>, <c>Acting</c> and the like.</param>
/// <param name="Text">What it tells.</param>
public sealed record HistoryEntry(DateTimeOffset At, string Kind, string Text);

/// <summary>A deployment as its journal tells it.</summary>
public sealed record DeploymentHistory
{
    /// <summary>The deployment group.</summary>
    public required string Group { get; init; }

    /// <summary>The app that was replaced; null on a first deployment.</summary>
    public string? OldApp { get; init; }

    /// <summary>The app that was to serve; null when it never got so far.</summary>
    public string? NewApp { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took, up to the last line when it has no end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How it ended; null when its driver was lost, was stopped or failed, and while it runs.</summary>
    public DeploymentResult? Result { get; init; }

    /// <summary>Why it ended so, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>A stable id of the reason when held; null otherwise.</summary>
    public string? ReasonId { get; init; }

    /// <summary>How many times the number of instances was raised, a creation among them.</summary>
    public int Rounds { get; init; }

    /// <summary>The smallest number of tasks seen serving on any load balancer; null when none was seen, or it has no end.</summary>
    public int? LowestServing { get; init; }

    /// <summary>How many instances the service was to have.</summary>
    public int? Target { get; init; }

    /// <summary>The evidence for each task that was killed, on each load balancer.</summary>
    public ImmutableArray<DrainProof> DrainProofs { get; init; } = [];

    /// <summary>Tasks that were killed.</summary>
    public int TasksKilled => DrainProofs.Select(p => p.TaskId).Distinct().Count();

    /// <summary>What the driver did.</summary>
    public required string Does { get; init; }

    /// <summary>The driver's host.</summary>
    public required string Host { get; init; }

    /// <summary>The driver's user.</summary>
    public required string User { get; init; }

    /// <summary>The version of the module that wrote the journal.</summary>
    public required string ModuleVersion { get; init; }

    /// <summary>The journal.</summary>
    public required string JournalFile { get; init; }

    /// <summary>
    /// Whether a replay of the journal by this version of the module comes to the same decisions; null where that was not asked for.
    /// </summary>
    public bool? IsReproduced { get; init; }

    /// <summary>The first decision that a replay makes otherwise; null when there is none.</summary>
    public string? Difference { get; init; }

    /// <summary>The lines of the journal, read when they are asked for.</summary>
    /// <exception cref="BlueGreenException"><c>JournalUnreadable</c>, <c>JournalNotFound</c>.</exception>
    public ImmutableArray<HistoryEntry> ReadEntries() => [.. JournalReader.Read(JournalFile).Select(e => new HistoryEntry(e.At, e.GetType().Name, JournalText.Of(e)))];
}

/// <summary>Finds journals and sums each of them up.</summary>
public static class HistoryReader
{
    /// <summary>The journals of a folder, the oldest at the front. One that is not there has none.</summary>
    public static ImmutableArray<string> Find(string folder) =>
        Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*" + JournalFolder.Extension).OrderBy(Path.GetFileName, StringComparer.Ordinal)]
            : [];

    /// <summary>The group of a journal.</summary>
    /// <exception cref="BlueGreenException"><c>JournalUnreadable</c>, <c>JournalNotFound</c>.</exception>
    public static string GroupOf(string file) => JournalReader.Read(file).OfType<JournalEntry.Header>().First().Group;

    /// <summary>Sums a journal up.</summary>
    /// <param name="file">The journal.</param>
    /// <param name="verify">True to replay it, and compare each decision.</param>
    /// <exception cref="BlueGreenException"><c>JournalUnreadable</c>, <c>JournalNotFound</c>.</exception>
    public static DeploymentHistory Read(string file, bool verify = false)
    {
        JournalEntry.Header? header = null;
        JournalEntry.Run? run = null;
        JournalEntry.Created? created = null;
        JournalEntry? last = null;
        Decision? act = null;
        var acts = new List<Decision>();
        var proofs = new List<DrainProof>();
        foreach (var entry in JournalReader.Read(file, withLooks: false))
        {
            header ??= entry as JournalEntry.Header;
            run ??= entry as JournalEntry.Run;
            created ??= entry as JournalEntry.Created;
            last = entry;
            if (entry is JournalEntry.Acting acting)
            {
                act = acting.Act;
                proofs.RemoveAll(old => acting.Proofs.Any(p => p.TaskId == old.TaskId));
                proofs.AddRange(acting.Proofs);
            }

            if (entry is JournalEntry.Acted { Outcome: ActOutcome.Acted } && act is not null) acts.Add(act);
        }

        var ended = (last as JournalEntry.Ended)?.Deployment;
        var history = new DeploymentHistory
        {
            Group = header!.Group,
            OldApp = ended?.OldApp ?? run?.Roles.LeavingId,
            NewApp = ended?.NewApp ?? run?.Roles.StayingId ?? created?.AppId,
            StartedAt = header.At,
            Duration = last!.At - header.At,
            Result = ended?.Result,
            Reason = ended?.Reason ?? (last as JournalEntry.Broken)?.Why ?? "the journal has no end: the driver was lost, or goes on still",
            ReasonId = ended?.ReasonId,
            Rounds = ended?.Rounds ?? acts.Count(a => a.IsRound) + (created is null ? 0 : 1),
            LowestServing = ended?.LowestServing,
            Target = ended?.Target ?? (run is null ? null : run.Goal.Staying + run.Goal.Leaving),
            DrainProofs = ended?.DrainProofs ?? [.. proofs],
            Does = header.Does,
            Host = header.Host,
            User = header.User,
            ModuleVersion = header.Module,
            JournalFile = file,
        };
        return verify ? Verified(history) : history;
    }

    private static DeploymentHistory Verified(DeploymentHistory history)
    {
        var first = Replay.Run(JournalReader.Read(history.JournalFile)).FirstOrDefault(step => step.Difference is not null);
        return history with { IsReproduced = first is null, Difference = first is null ? null : $"{first.Entry.At:O}: {first.Difference}" };
    }
}
