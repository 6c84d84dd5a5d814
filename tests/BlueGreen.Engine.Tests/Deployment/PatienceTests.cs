using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Tests.Deployment;

public class PatienceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Decision Wait = new Decision.Wait(WaitKind.Health, "not healthy yet");
    private static readonly RolloutPolicy Policy = new() { HealthTimeout = TimeSpan.FromSeconds(60) };

    [Theory]
    [InlineData(359, false)]
    [InlineData(360, true)]
    public void The_time_of_a_question_to_the_user_is_left_out_of_a_wait_and_no_more_than_that(int seconds, bool isOver)
    {
        var patience = Patience.Fresh.Next(Wait, Start).Rest(TimeSpan.FromMinutes(5)).Next(Wait, Start.AddSeconds(310));

        Assert.Equal(isOver, patience.Judge(Wait, Policy, Start.AddSeconds(seconds)) is Decision.Hold { ReasonId: Patience.HealthTimeout });
    }

    [Fact]
    public void Questions_again_and_again_keep_no_wait_going_for_ever()
    {
        var (patience, at) = (Patience.Fresh.Next(Wait, Start), Start);
        for (var question = 0; question < 60; question++)
        {
            patience = patience.Rest(TimeSpan.FromSeconds(2));
            at = at.AddSeconds(3);
        }

        Assert.IsType<Decision.Hold>(patience.Judge(Wait, Policy, at));
    }
}
