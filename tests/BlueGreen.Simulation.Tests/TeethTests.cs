using BlueGreen.Simulation.Schedules;

namespace BlueGreen.Simulation.Tests;

/// <summary>Shows that the schedules have teeth: each of these bugs breaks a promise in one of them.</summary>
public class TeethTests
{
    /// <summary>By far most are found within the first hundred; one takes some thousand.</summary>
    private const int MostSchedules = 10_000;

    public static TheoryData<string> Names => [.. Bugs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_deliberate_bug_is_caught_by_some_schedule(string bug)
    {
        for (var seed = 1; seed <= MostSchedules; seed++)
        {
            if (ScheduleRun.Play(seed, bug: Bugs.All[bug]).Broken is not { } broken) continue;
            TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}: {broken}");
            return;
        }

        Assert.Fail($"No schedule of {MostSchedules} breaks a promise although {bug}.");
    }
}
