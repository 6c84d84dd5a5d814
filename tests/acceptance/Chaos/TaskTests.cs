using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance.Chaos;

/// <summary>Tasks of either colour die in the middle of a deployment.</summary>
public sealed class TaskTests(LabFixture lab) : IClassFixture<LabFixture>
{
    private const int Instances = 4;

    private readonly List<DateTimeOffset> _kills = [];
    private long _pending;

    [Theory]
    [InlineData(1)]
    [InlineData(Instances)]
    public async Task Those_that_are_killed_take_their_own_requests_with_them_and_the_deployment_goes_on(int whenHealthy)
    {
        using var shop = await Shop.OpenAsync(lab, Instances);
        using var load = await shop.StartLoadAsync(slowMilliseconds: 4000);
        var deployment = shop.BeginDeployment(version: 2);
        var apps = await shop.WhenAsync(apps => apps is [_, var young] && young.Healthy.Count >= whenHealthy, "the new colour has come so far");

        foreach (var app in apps) await KillAsync(shop, app.Healthy[^1]);

        Shop.AssertCompleted(await deployment.Outcome);
        await shop.IsServedAloneAsync(version: 2);
        var losses = await Shop.LossesAsync(load);
        // What it had in hand when it was asked, and what reached it between the question and the kill.
        Assert.InRange(losses.Sum(loss => loss.Count), 0, _pending + (5 * _kills.Count));
        Assert.All(losses, loss => Assert.Contains(_kills, kill => loss.Second - kill > TimeSpan.FromSeconds(-1) && loss.Second - kill < TimeSpan.FromSeconds(3)));
    }

    private async Task KillAsync(Shop shop, ShopTask task)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var metrics = JsonNode.Parse(await http.GetStringAsync($"http://{task.Host}:{task.Port}/metrics", TestContext.Current.CancellationToken))!;
        var processes = shop.Processes.OfTask(task.Id);
        Assert.NotEmpty(processes);
        _kills.Add(DateTimeOffset.UtcNow);
        LabProcesses.Signal("KILL", processes);
        _pending += (long)metrics["pendingOperations"]!;
        Shop.Say($"killed {task.Id} with {metrics["pendingOperations"]} requests in hand");
    }
}
