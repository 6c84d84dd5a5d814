using System.Diagnostics;
using System.Globalization;
using BlueGreen.Simulation.Schedules;

namespace BlueGreen.Simulation.Tests;

/// <summary>The promises hold in every fault schedule. <c>./build.sh soak</c> plays more of them.</summary>
public class ScheduleTests
{
    private const int Schedules = 20_000;

    [Fact]
    public void Twenty_thousand_fault_schedules_break_no_promise()
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;

        var broken = Soak.Play(1, Schedules).Where(verdict => verdict.Broken is not null).Take(3).ToList();

        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        // For whoever runs the tests, passed or not.
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Schedules} schedules took {seconds:0.0} s of one core"));
        Assert.True(broken.Count == 0, string.Join("\n", broken.Select(v => Describe(v.Seed))));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Assert.Equal(ScheduleRun.Play(seed, isTraced: true).Trace, ScheduleRun.Play(seed, isTraced: true).Trace);
        }
    }

    /// <summary>The whole story of a seed, played once more.</summary>
    private static string Describe(int seed)
    {
        var verdict = ScheduleRun.Play(seed, isTraced: true);
        return $"Seed {seed} breaks {verdict.Broken}\n{verdict.Trace}";
    }
}
