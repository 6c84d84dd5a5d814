using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace BlueGreen.Lab.LoadBalancer.Updates;

/// <summary>The two calls that marathon-lb makes to Marathon.</summary>
internal sealed class MarathonClient : IDisposable
{
    /// <summary>The events that say that the app list may have changed.</summary>
    public static readonly string[] RelevantEvents = ["api_post_event", "health_status_changed_event", "status_update_event"];

    private static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(46);
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(300);

    private readonly HttpClient _http;

    public MarathonClient(Uri marathon)
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), UseProxy = false, UseCookies = false })
        {
            BaseAddress = new Uri(marathon.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("marathon-lb", null));
    }

    /// <summary>The answer to <c>GET /v2/apps?embed=apps.tasks</c>, as text.</summary>
    /// <exception cref="HttpRequestException">Marathon cannot be reached or answers with an error.</exception>
    /// <exception cref="TimeoutException">The answer does not come.</exception>
    public async Task<string> ListAppsAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ListLimit);
        using var request = new HttpRequestMessage(HttpMethod.Get, "v2/apps?embed=apps.tasks");
        request.Headers.Accept.ParseAdd("application/json");
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync(limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Marathon did not send its apps within {ListLimit.TotalSeconds} s.", e);
        }
    }

    /// <summary>
    /// Types of events as they come, until Marathon ends the stream. The server-sent-events format is read line by line:
    /// Marathon puts each event on one <c>data:</c> line.
    /// </summary>
    /// <exception cref="TimeoutException">Not a byte, nor a keep-alive line, for five minutes.</exception>
    /// <exception cref="HttpRequestException">The stream cannot be opened.</exception>
    public async IAsyncEnumerable<string> EventTypesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var types = string.Concat(RelevantEvents.Select(type => "&event_type=" + type));
        using var request = new HttpRequestMessage(HttpMethod.Get, "v2/events?plan-format=light" + types);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await ReadLineAsync(reader, cancellation) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && TypeOf(line["data: ".Length..]) is { } type)
                yield return type;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(SilenceLimit);
        try
        {
            return await reader.ReadLineAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Marathon's event stream was silent for {SilenceLimit.TotalSeconds} s.");
        }
    }

    private static string? TypeOf(string data)
    {
        if (string.IsNullOrWhiteSpace(data))
            return null;
        using var document = JsonDocument.Parse(data);
        return document.RootElement.GetProperty("eventType").GetString();
    }
}
