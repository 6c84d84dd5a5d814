using BlueGreen.Lab.LoadBalancer.Updates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Lab.Tests.LoadBalancer;

public class UpdateLoopTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _done = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_during_an_update_are_one_further_update()
    {
        var gate = new SemaphoreSlim(0);
        await using var loop = Run(async stopping => await gate.WaitAsync(stopping));

        loop.Updates.RequestUpdate();
        await Started(1);
        for (var i = 0; i < 5; i++)
            loop.Updates.RequestUpdate();
        gate.Release(10);
        await Started(2);
        loop.Updates.RequestReload();
        await Started(3);

        Assert.Equal(["update", "update", "reload"], _done);
    }

    [Fact]
    public async Task An_update_takes_the_place_of_a_reload_that_waits_beside_it()
    {
        var gate = new SemaphoreSlim(0);
        await using var loop = Run(async stopping => await gate.WaitAsync(stopping));

        loop.Updates.RequestUpdate();
        await Started(1);
        loop.Updates.RequestReload();
        loop.Updates.RequestUpdate();
        gate.Release(10);
        await Started(2);
        loop.Updates.RequestUpdate();
        await Started(3);

        Assert.Equal(["update", "update", "update"], _done);
    }

    [Fact]
    public async Task It_updates_every_five_minutes_unasked_and_goes_on_after_an_error()
    {
        await using var loop = Run(_ => throw new InvalidOperationException("no leader"));

        _time.Advance(TimeSpan.FromSeconds(300));
        await Started(1);
        _time.Advance(TimeSpan.FromSeconds(300));
        await Started(2);
    }

    private RunningLoop Run(Func<CancellationToken, Task> update)
    {
        var updates = new UpdateLoop(Note("update", update), Note("reload", _ => Task.CompletedTask), _time, NullLogger.Instance);
        return new RunningLoop(updates, Cancellation);

        Func<CancellationToken, Task> Note(string name, Func<CancellationToken, Task> act) => stopping =>
        {
            lock (_done)
                _done.Add(name);
            return act(stopping);
        };
    }

    private Task Started(int count) => LiveLoadBalancer.Until(
        () =>
        {
            lock (_done)
                return Task.FromResult(_done.Count >= count);
        },
        $"{count} were started");

    private sealed class RunningLoop : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping;
        private readonly Task _running;

        public RunningLoop(UpdateLoop updates, CancellationToken cancellation)
        {
            Updates = updates;
            _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _running = updates.RunAsync(_stopping.Token);
        }

        public UpdateLoop Updates { get; }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stopping.Dispose();
        }
    }
}
