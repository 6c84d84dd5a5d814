using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>Marathon's endpoints fail in the middle of a deployment.</summary>
public sealed class MarathonTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 4;

    [Fact]
    public async Task A_single_endpoint_that_refuses_hangs_and_answers_503_for_seconds_is_waited_for()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        await using var gateway = new FaultyGateway(shop.Marathon);
        using var shell = shop.Connect(gateway.Uri);
        var deployment = shop.BeginDeployment(version: 2, shell: shell);

        var faults = new Queue<Fault>([Fault.Unavailable, Fault.Hang]);
        await shop.WhenAsync(apps => apps is [_, { Healthy.Count: >= 1 }], "the new colour grows");
        while (faults.TryDequeue(out var fault))
        {
            gateway.Fault = _ => fault;
            gateway.Cut();
            await deployment.WaitsForAsync("Marathon cannot be read", looks: 2);
            gateway.Fault = _ => Fault.None;
            gateway.Cut();
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        await gateway.ShutAsync();
        await deployment.WaitsForAsync("Marathon cannot be read", looks: 2);
        gateway.Open();

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
    }

    [Fact]
    public async Task Each_change_whose_answer_breaks_off_gets_lost_or_is_503_is_made_all_the_same_and_once()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        await using var gateway = new FaultyGateway(shop.Marathon);
        using var shell = shop.Connect(gateway.Uri);
        Fault[] faults = [Fault.LostAnswer, Fault.HalfAnswer, Fault.Unavailable];
        var asked = new Dictionary<string, int>();
        var failed = 0;
        // Each change meets one: the lock, the creation, the steps of growth, the removal. When it is asked for again it gets through.
        gateway.Fault = line => line.StartsWith("GET", StringComparison.Ordinal) ? Fault.None : Next(line);

        var deployment = Shop.AssertCompleted(await shop.BeginDeployment(version: 2, shell: shell).Outcome);

        Assert.True(failed > faults.Length, $"{failed} changes met a fault: {string.Join(", ", asked.Keys)}");
        Assert.Equal(Instances, deployment.Properties["TasksKilled"].Value);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));

        Fault Next(string line)
        {
            lock (asked)
            {
                asked[line] = asked.GetValueOrDefault(line) + 1;
                var fault = asked[line] % 2 == 1 ? faults[failed++ % faults.Length] : Fault.None;
                Shop.Say($"{line}: {fault}");
                return fault;
            }
        }
    }

    [Fact]
    public async Task Two_endpoints_of_which_one_or_the_other_fails_at_every_moment_are_as_good_as_one()
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync();
        await using var first = new FaultyGateway(shop.Marathon);
        await using var second = new FaultyGateway(shop.Marathon);
        using var shell = shop.Connect(first.Uri, second.Uri);
        var random = Seed.Draw();
        var deployment = shop.BeginDeployment(version: 2, shell: shell);
        await shop.WhenAsync(apps => apps.Count == 2, "the new colour is created");

        for (var failing = first; !deployment.Outcome.IsCompleted; failing = failing == first ? second : first)
        {
            Fault? fault = random.Next(5) is > 0 and var drawn ? (Fault)drawn : null;
            Shop.Say($"{(failing == first ? "first" : "second")}: {fault?.ToString() ?? "refuses"}");
            if (fault is { } way) failing.Fault = _ => way;
            else await failing.ShutAsync();
            failing.Cut();
            await Task.WhenAny(deployment.Outcome, Task.Delay(random.Next(500, 2500), TestContext.Current.CancellationToken));
            failing.Fault = _ => Fault.None;
            if (fault is null) failing.Open();
            else failing.Cut();
        }

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        Assert.Empty(await Shop.LossesAsync(load));
    }
}
