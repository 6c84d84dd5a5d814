namespace BlueGreen.Lab.LoadBalancer.Updates;

/// <summary>
/// Follows Marathon's event stream and asks for an update at each relevant event, and whenever it (re)connects. When the
/// stream ends it waits as marathon-lb does: a random part of 3 s, growing by half each time up to the limit.
/// </summary>
internal sealed class EventListener(MarathonClient marathon, UpdateLoop updates, TimeSpan maxBackoff, TimeProvider time, ILogger logger)
{
    private const double BackoffFactor = 1.5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(600);

    public async Task RunAsync(CancellationToken stopping)
    {
        var wait = Shorter(FirstWait, maxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var pause = Random.Shared.NextDouble() * wait;
            updates.RequestUpdate();
            try
            {
                await foreach (var type in marathon.EventTypesAsync(stopping))
                {
                    if (MarathonClient.RelevantEvents.Contains(type))
                        updates.RequestUpdate();
                }

                logger.LogInformation("Marathon ended its event stream");
            }
            catch (TimeoutException e)
            {
                // The connection may have died unseen: no event must be missed longer than needed.
                logger.LogInformation("{Reason}", e.Message);
                continue;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("Marathon's event stream broke: {Reason}. Next try in {Pause:0.0} s", e.Message, pause.TotalSeconds);
            }

            wait = Shorter(time.GetElapsedTime(started) > CalmAfter ? FirstWait : wait * BackoffFactor, maxBackoff);
            await Task.Delay(pause, time, stopping);
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
