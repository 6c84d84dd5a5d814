using System.Collections.Concurrent;
using System.Globalization;

namespace BlueGreen.Lab.Demo;

/// <summary>
/// Sends requests at their due times whether or not earlier ones were answered (open loop), so that a service that stalls
/// is not spared. Nothing is tried twice, with one exception: a request that met a kept connection already closed by its
/// peer, and was provably not read, is sent again as RFC 9112 has it; those are counted as <c>resent</c>.
/// </summary>
internal sealed class LoadGenerator(LoadOptions options, LoadReport report, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    /// <summary>Sends until stopped or the duration is over, then waits for the requests in flight.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var targets = options.Urls.Select(url => new LoadTarget(url, options.Connections)).ToArray();
        try
        {
            using var duration = new CancellationTokenSource(options.Duration, time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, duration.Token);
            await Task.WhenAll(
                SendAsync(targets, options.Rate, slow: false, end.Token),
                SendAsync(targets, options.SlowRate, slow: true, end.Token));
            await Task.WhenAll(_running.Keys);
        }
        finally
        {
            foreach (var target in targets)
                target.Dispose();
        }
    }

    private async Task SendAsync(LoadTarget[] targets, double rate, bool slow, CancellationToken end)
    {
        if (rate <= 0)
            return;
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(Tick, time);
        var fresh = 0.0;
        for (long sent = 0; !end.IsCancellationRequested;)
        {
            for (var due = (long)(time.GetElapsedTime(started).TotalSeconds * rate) + 1; sent < due; sent++)
            {
                fresh += options.FreshShare;
                var own = fresh >= 1;
                if (own)
                    fresh--;
                Track(RequestAsync(targets[sent % targets.Length], slow, own, started, TimeSpan.FromSeconds(sent / rate)));
            }

            await ((Task)timer.WaitForNextTickAsync(end).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Track(Task request)
    {
        _running[request] = true;
        request.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task RequestAsync(LoadTarget target, bool slow, bool fresh, long started, TimeSpan due)
    {
        report.Begin();
        var path = slow ? string.Create(CultureInfo.InvariantCulture, $"/slow?ms={options.SlowMilliseconds}") : target.Url.PathAndQuery;
        var limit = options.Timeout + (slow ? TimeSpan.FromMilliseconds(options.SlowMilliseconds) : TimeSpan.Zero);
        using var timeout = new CancellationTokenSource(limit, time);
        try
        {
            var answer = await AskAsync(target, path, fresh, timeout.Token);
            if (LossOf(answer) is { } reason)
                report.Lose(target.Url, slow, reason);
            else
                report.Serve(answer.Version ?? "unknown", slow, time.GetElapsedTime(started) - due);
        }
        catch (ProbeException e)
        {
            report.Lose(target.Url, slow, e.Message);
        }
        catch (OperationCanceledException)
        {
            report.Lose(target.Url, slow, "timeout");
        }
    }

    private async Task<ProbeAnswer> AskAsync(LoadTarget target, string path, bool fresh, CancellationToken timeout)
    {
        try
        {
            return await target.GetAsync(path, fresh, timeout);
        }
        catch (ProbeException e) when (e.Unread)
        {
            report.Resent();
            return await target.GetAsync(path, fresh: true, timeout);
        }
    }

    /// <summary>Why an answer is no good, or null. The demo app names its version in the body too.</summary>
    private static string? LossOf(ProbeAnswer answer)
    {
        if (answer.Status is < 200 or >= 400)
            return string.Create(CultureInfo.InvariantCulture, $"status {answer.Status}");
        return answer.Version is { } version && !answer.Body.Contains(version, StringComparison.Ordinal) ? "wrong body" : null;
    }
}
