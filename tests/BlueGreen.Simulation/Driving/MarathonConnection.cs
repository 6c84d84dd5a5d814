using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Cluster;

namespace BlueGreen.Simulation.Driving;

/// <summary>
/// A driver's way to Marathon: requests and answers take time, get lost, and are repeated as the real client repeats them, unless it is
/// told to send them once only.
/// </summary>
internal sealed class MarathonConnection(Driver driver, SimulatedMarathon marathon) : MarathonCalls(marathon, driver.Author)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(400);

    protected override Task<T> AskAsync<T>(string what, Func<T> answer) => CallAsync(isOnce: false, _ => answer());

    protected override async Task<AcceptedChange> ChangeAsync(string what, ChangeOptions options, Action<bool> change)
    {
        if (!driver.MaySend(out var diesAfter)) return await new TaskCompletionSource<AcceptedChange>().Task.ConfigureAwait(false);
        return await CallAsync(options.IsOnce, isRepeat =>
        {
            change(isRepeat);
            if (diesAfter) driver.Die();
            return Simulated.Accepted;
        }, isChange: true).ConfigureAwait(false);
    }

    private async Task<T> CallAsync<T>(bool isOnce, Func<bool, T> act, bool isChange = false)
    {
        var world = driver.World;
        var began = world.Now;
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await SendAsync(tries > 0, act, isChange).ConfigureAwait(false);
            }
            catch (BlueGreenException error) when (error.Kind == ErrorKind.Unavailable && !isOnce && world.Now - began < Patience)
            {
                await driver.Delay(TimeSpan.FromMilliseconds(150 << tries)).ConfigureAwait(false);
            }
        }
    }

    private Task<T> SendAsync<T>(bool isRepeat, Func<bool, T> act, bool isChange)
    {
        var (world, network) = (driver.World, driver.Network);
        var fate = world.Random.NextDouble();
        var (lostBefore, lostAfter) = (fate < network.LostBefore + network.Refused, fate > 1 - network.LostAfter);
        var back = world.Chance(network.Slow) ? world.Between(500, 3000) : world.Between(1, 5);
        return driver.Exchange(world.Between(1, 5), back, () =>
        {
            if (isChange && (lostBefore || lostAfter || !Simulated.HasLeader || back > Late)) driver.NoteLooseEnd();
            if (lostBefore || !Simulated.HasLeader) throw Unavailable();
            var result = act(isRepeat);
            return lostAfter ? throw Unavailable() : result;
        });
    }

    private static BlueGreenException Unavailable() => new(ErrorKind.Unavailable, "MarathonUnreachable", "503, or no answer", "");
}
