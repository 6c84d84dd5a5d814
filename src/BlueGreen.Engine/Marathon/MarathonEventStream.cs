using System.Runtime.CompilerServices;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// Marathon's event stream, opened again whenever it breaks. Marathon may drop, delay or reorder events, and a proxy may hold
/// them back: they say when to look, never what is true.
/// </summary>
internal sealed class MarathonEventStream(MarathonHttp http)
{
    /// <summary>The type of the event that each (re)connection yields.</summary>
    public const string Attached = "event_stream_attached";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    private readonly Random _jitter = new();

    /// <summary>Events until cancelled.</summary>
    /// <exception cref="BlueGreenException">
    /// The first connection was refused, or there is nobody to connect to. Later on such a thing counts as an outage that passes.
    /// </exception>
    public async IAsyncEnumerable<MarathonEvent> WatchAsync(
        IReadOnlyCollection<string> eventTypes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Without the whole plan in every deployment event; versions before 1.8 ignore the parameter.
        var filters = string.Concat(eventTypes.Distinct().Select(type => $"&event_type={Uri.EscapeDataString(type)}"));
        var request = new MarathonRequest(HttpMethod.Get, "/v2/events?plan_format=light" + filters);
        var failures = 0;
        var told = false;
        for (var first = true; ; first = false)
        {
            using (var connection = await TryConnectAsync(request, first, failures, cancellationToken).ConfigureAwait(false))
            {
                failures++;
                if (connection is not null)
                {
                    yield return new MarathonEvent(Attached, http.Time.GetUtcNow(), null, null, null, $$"""{"eventType":"{{Attached}}"}""");
                    while (await connection.NextAsync(cancellationToken).ConfigureAwait(false) is { } message)
                    {
                        failures = 0;
                        var events = MarathonEventReader.Read(message.EventType, message.Data, out var unreadable);
                        if (unreadable && !told)
                        {
                            told = true;
                            Say(MessageLevel.Warning, "Marathon sent an event that cannot be read as JSON; it is left out, and so are others like it.");
                        }

                        foreach (var marathonEvent in events)
                        {
                            // The server's own word for a connection would double the one above.
                            if (marathonEvent.EventType != Attached) yield return marathonEvent;
                        }
                    }

                    if (connection.IsBroken) http.Endpoints.LeaveBehind(connection.Endpoint);
                    Say(MessageLevel.Debug, $"Marathon's event stream ended: {connection.EndReason}.");
                }
            }

            await http.Time.Delay(DelayAfter(failures), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<EventConnection?> TryConnectAsync(MarathonRequest request, bool first, int failures, CancellationToken cancellationToken)
    {
        if (first) return await ConnectFirstAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return await ConnectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (BlueGreenException error)
        {
            // Once an outage, not once a try.
            Say(failures <= 1 ? MessageLevel.Verbose : MessageLevel.Debug, $"Marathon's event stream cannot be opened: {error.Message}");
            return null;
        }
    }

    /// <summary>Gives every endpoint a chance before it gives up.</summary>
    private async Task<EventConnection> ConnectFirstAsync(MarathonRequest request, CancellationToken cancellationToken)
    {
        for (var left = http.Endpoints.All.Length; ; left--)
        {
            try
            {
                return await ConnectAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (BlueGreenException error) when (left > 1 && error.Kind == ErrorKind.Unavailable)
            {
                Say(MessageLevel.Debug, error.Message);
            }
        }
    }

    private async Task<EventConnection> ConnectAsync(MarathonRequest request, CancellationToken cancellationToken)
    {
        var endpoint = http.Endpoints.Current;
        using var timeout = http.Time.CreateCancellationTokenSource(http.Options.RequestTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var response = await http.OpenAsync(
                endpoint, request, "text/event-stream", HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            var mediaType = response.Content?.Headers.ContentType?.MediaType;
            if (response.IsSuccessStatusCode && mediaType == "text/event-stream")
            {
                return await EventConnection.OpenAsync(endpoint, response, http.Options.EventSilence, http.Time, cancellationToken).ConfigureAwait(false);
            }

            var refusal = new MarathonAnswer((int)response.StatusCode, mediaType, "", null, endpoint, false);
            response.Dispose();
            if (refusal.IsPassing) http.Endpoints.LeaveBehind(endpoint);
            throw refusal.IsSuccess ? MarathonErrors.NotMarathon(refusal, request) : MarathonErrors.From(refusal, request);
        }
        catch (NoAnswerException error)
        {
            http.Endpoints.LeaveBehind(endpoint);
            throw MarathonErrors.Unreachable(error, 1);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            http.Endpoints.LeaveBehind(endpoint);
            throw MarathonErrors.Unreachable(NoAnswerException.After(http.Options.RequestTimeout, endpoint, error), 1);
        }
    }

    /// <summary>Doubles with each failure in a row; jitter keeps many clients from coming back at once.</summary>
    private TimeSpan DelayAfter(int failures)
    {
        var doubled = FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16));
        var capped = Math.Min(doubled, http.Options.MaxReconnectDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(capped * (0.5 + (_jitter.NextDouble() / 2)));
    }

    private void Say(MessageLevel level, string text) => http.Sink.Publish(new EngineMessage(http.Time.GetUtcNow(), level, text));
}
