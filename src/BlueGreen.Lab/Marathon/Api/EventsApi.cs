using System.Text;
using BlueGreen.Lab.Marathon.Events;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary><c>/v2/events</c>: server-sent events, framed as Marathon's servlet container frames them.</summary>
internal sealed class EventsApi(MarathonCluster cluster, TimeProvider time, CancellationToken stopping)
{
    /// <summary>An empty line this often shows both ends that the other is there.</summary>
    private static readonly TimeSpan HeartBeat = TimeSpan.FromSeconds(10);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v2/events", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        if (!context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 405;
            context.Response.ContentType = "text/html;charset=iso-8859-1";
            await context.Response.WriteAsync("<html><head><title>Error 405</title></head><body><h2>HTTP ERROR 405</h2>" +
                                              "<p>HTTP method GET is not supported by this URL</p></body></html>");
            return;
        }

        // plan_format=light needs no handling: since 1.8 there is no other format.
        var types = context.Request.Query["event_type"].OfType<string>().ToHashSet();
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        context.Response.ContentType = "text/event-stream;charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var subscription = cluster.Events.Subscribe();
        cluster.Events.EventStream("event_stream_attached", address);
        try
        {
            await context.Response.Body.FlushAsync(end.Token);
            while (await WaitForEventAsync(subscription, end.Token) is { } more)
            {
                if (more)
                {
                    while (subscription.Events.TryRead(out var next))
                    {
                        if (types.Count == 0 || types.Contains(next.Type))
                            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"event: {next.Type}\r\ndata: {next.Json}\r\n\r\n"), end.Token);
                    }
                }
                else
                {
                    await context.Response.Body.WriteAsync("\r\n"u8.ToArray(), end.Token);
                }

                await context.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away, or the lab ends.
        }
        finally
        {
            cluster.Events.EventStream("event_stream_detached", address);
        }
    }

    /// <summary>True: events wait; false: it is time for a heart beat; null: this stream was too slow and is closed.</summary>
    private async Task<bool?> WaitForEventAsync(EventBus.Subscription subscription, CancellationToken cancellationToken)
    {
        using var beat = new CancellationTokenSource(HeartBeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(beat.Token, cancellationToken);
        try
        {
            return await subscription.Events.WaitToReadAsync(either.Token) ? true : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
