using System.Diagnostics;
using System.Globalization;

namespace BlueGreen.Simulation.Schedules;

/// <summary>Plays many schedules and tells of those that break a promise.</summary>
internal static class Soak
{
    private const int MostTold = 5;

    /// <summary>Plays the seeds, on all cores. Each is a world of its own, on one thread; the verdicts come in the order of the seeds.</summary>
    public static IEnumerable<Verdict> Play(int firstSeed, int schedules, bool isTraced = false) =>
        ParallelEnumerable.Range(firstSeed, schedules).AsOrdered().Select(seed => ScheduleRun.Play(seed, isTraced));

    /// <summary>Plays the seeds and tells how they ended.</summary>
    /// <returns>The exit code: 0 when every promise was kept.</returns>
    public static int Run(int schedules, int firstSeed, bool isTraced)
    {
        var watch = Stopwatch.StartNew();
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var broken = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var verdict in Play(firstSeed, schedules, isTraced))
        {
            if (isTraced) Console.Out.Write(verdict.Trace);
            foreach (var end in verdict.Ends) ends[end] = ends.GetValueOrDefault(end) + 1;
            if (verdict.Broken is not { } how) continue;
            var kind = how.Split(':')[0];
            if (!broken.TryGetValue(kind, out var seeds)) broken[kind] = seeds = [];
            seeds.Add(verdict.Seed);
            if (seeds.Count <= MostTold) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {verdict.Seed}: {how}"));
        }

        foreach (var (end, number) in ends) Console.Out.WriteLine($"{number,8}  {end}");
        foreach (var (kind, seeds) in broken) Console.Out.WriteLine($"BROKEN {kind}: {seeds.Count} of {schedules} schedules");
        var seconds = Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{schedules} schedules in {seconds:0.0} s of one core, {schedules / seconds:0} a second; {watch.Elapsed.TotalSeconds:0.0} s by the clock"));
        return broken.Count == 0 ? 0 : 1;
    }
}
