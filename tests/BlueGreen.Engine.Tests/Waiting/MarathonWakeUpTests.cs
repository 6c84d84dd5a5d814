using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Waiting;
using Microsoft.Extensions.Time.Testing;

namespace BlueGreen.Engine.Tests.Waiting;

public sealed class MarathonWakeUpTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Channel<MarathonEvent> _events = Channel.CreateUnbounded<MarathonEvent>();
    private readonly SemaphoreSlim _heard = new(0);
    private readonly MarathonWakeUp _wakeUp;

    public MarathonWakeUpTests()
    {
        var marathon = DispatchProxy.Create<IMarathon, EventsOnly>();
        ((EventsOnly)marathon).Events = ReadAsync;
        _wakeUp = new MarathonWakeUp(marathon, _time, SilentSink.Instance, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("deployment_success")]
    [InlineData("deployment_failed")]
    [InlineData("app_terminated_event")]
    public async Task The_end_of_a_deployment_wakes_at_once(string type)
    {
        var wait = Wait();

        await HearAsync(type);

        Assert.True(await AfterAsync(wait, TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task The_steps_of_many_tasks_are_one_reason_to_look()
    {
        var wait = Wait();
        for (var task = 0; task < 20; task++) await HearAsync("status_update_event");
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(wait.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.True(await AfterAsync(wait, TimeSpan.FromMilliseconds(50)));
        Assert.False(await AfterAsync(Wait(), Long));
    }

    [Fact]
    public async Task What_was_gathered_is_not_told_again_behind_the_end()
    {
        await HearAsync("status_update_event");
        await HearAsync("deployment_success");

        Assert.False(await AfterAsync(Wait(), Long));
    }

    [Fact]
    public async Task Without_an_event_the_wait_ends_in_its_time() => Assert.False(await AfterAsync(Wait(), Long));

    public async ValueTask DisposeAsync()
    {
        await _wakeUp.DisposeAsync();
        _heard.Dispose();
    }

    private Task<bool> Wait() => _wakeUp.WaitAsync(_wakeUp.Mark, Long, TestContext.Current.CancellationToken);

    private async Task HearAsync(string type)
    {
        _events.Writer.TryWrite(new MarathonEvent(type, null, null, null, null, "{}"));
        await _heard.WaitAsync(TestContext.Current.CancellationToken);
    }

    private async IAsyncEnumerable<MarathonEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return change;
            // The next one is asked for when this one has been dealt with.
            _heard.Release();
        }
    }

    private async Task<bool> AfterAsync(Task<bool> wait, TimeSpan time)
    {
        while (!wait.IsCompleted)
        {
            _time.Advance(time);
            await Task.WhenAny(wait, Task.Delay(10, TestContext.Current.CancellationToken));
        }

        return await wait;
    }

    /// <summary>A Marathon that has nothing but events.</summary>
    private class EventsOnly : DispatchProxy
    {
        public Func<CancellationToken, IAsyncEnumerable<MarathonEvent>> Events { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IMarathon.WatchEventsAsync) ? Events((CancellationToken)args![1]!) : throw new NotSupportedException();
    }
}
