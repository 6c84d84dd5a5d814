using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Deciding;

namespace BlueGreen.Engine.Tests.Deployment;

public class StepTests
{
    [Theory]
    [InlineData("5%,25%,100%", 20, new[] { 1, 5, 20 })]
    [InlineData("5%,25%", 20, new[] { 1, 5, 20 })]
    [InlineData("5%,25%,100%", 3, new[] { 1, 3 })]
    [InlineData("1,4,10", 10, new[] { 1, 4, 10 })]
    [InlineData("1,4,50", 10, new[] { 1, 4, 10 })]
    [InlineData("2, 10%, 12.5 %", 40, new[] { 2, 4, 5, 40 })]
    [InlineData("1,10%,50%", 4, new[] { 1, 2, 4 })]
    [InlineData("100%", 7, new[] { 7 })]
    public void The_new_colour_grows_in_the_steps_that_were_named_and_then_to_its_full_number(string steps, int target, int[] expected)
    {
        var growth = new Growth.Steps(StepSize.Parse(steps.Replace(" %", "%").Split(',')));

        var grown = new List<int> { growth.First(1, target) };
        while (grown[^1] < target) grown.Add(growth.Next(grown[^1], target, target));

        Assert.Equal(expected, grown);
    }

    [Fact]
    public void A_deployment_that_is_gone_on_with_takes_the_next_step_above_what_is_there() =>
        Assert.Equal(10, new Growth.Steps(StepSize.Parse(["5%", "25%", "50%"])).Next(6, 20, 20));

    [Theory]
    [InlineData("half", "Step 1, 'half', is neither")]
    [InlineData("5%,", "Step 2, '', is neither")]
    [InlineData("5%%", "Step 1, '5%%', is neither")]
    [InlineData("0", "Step 1, 0, is not above 0")]
    [InlineData("10%,0%", "Step 2, 0%, is not above 0")]
    [InlineData("-3", "Step 1, '-3', is neither")]
    [InlineData("50%,150%", "Step 2, 150%, is more than 100%")]
    [InlineData("0.5", "Step 1, 0.5, is no whole number of instances; did you mean 0.5%?")]
    [InlineData("5%,25%,25%", "Step 3, 25%, does not go beyond step 2, 25%")]
    [InlineData("1,10%,3,5%", "Step 4, 5%, does not go beyond step 2, 10%")]
    [InlineData("4,2", "Step 2, 2, does not go beyond step 1, 4")]
    [InlineData("99999999999", "is no whole number of instances")]
    public void A_step_that_makes_no_sense_is_named_with_what_to_write(string steps, string message)
    {
        var error = Assert.Throws<BlueGreenException>(() => StepSize.Parse(steps.Split(',')));

        Assert.Equal(("InvalidStep", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.Contains(message, error.Message);
        Assert.Contains("5%,25%,100%", error.Remedy);
    }

    [Fact]
    public void A_deployment_scales_by_them_alone()
    {
        var shop = new Shop(instances: 10) { Policy = new RolloutPolicy { Growth = new Growth.Steps(StepSize.Parse(["15%", "50%"])) } };

        var outcome = shop.Deploy();

        Assert.IsType<Decision.Done>(outcome.Decision);
        Assert.Equal(["create /shop-green", "scale /shop-green 5", "scale /shop-green 10", "delete /shop-blue"], shop.Marathon.Changes);
        Assert.Equal((10, 0), (shop.LowestServing, shop.Cluster.Lost));
    }
}
