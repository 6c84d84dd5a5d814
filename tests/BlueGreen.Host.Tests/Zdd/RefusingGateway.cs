using System.Net;
using System.Net.Sockets;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>A gateway in front of Marathon that does not let some requests through, as one that checks permissions does.</summary>
internal sealed class RefusingGateway : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly string _marathon;
    private readonly Func<string, bool> _refuses;
    private readonly Task _serving;

    /// <param name="marathon">The address of Marathon.</param>
    /// <param name="refuses">By method and path, such as <c>DELETE /v2/apps//shop</c>.</param>
    public RefusingGateway(string marathon, Func<string, bool> refuses)
    {
        (_marathon, _refuses) = (marathon.TrimEnd('/'), refuses);
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        _http.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (status, body) = (HttpStatusCode.ServiceUnavailable, Array.Empty<byte>());
        var path = context.Request.RawUrl!;
        if (_refuses($"{context.Request.HttpMethod} {path}"))
        {
            (status, body) = (HttpStatusCode.Forbidden, """{"message":"Not Authorized to perform this action!"}"""u8.ToArray());
        }
        else if (!path.StartsWith("/v2/events", StringComparison.Ordinal))
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), _marathon + path);
            if (context.Request.HasEntityBody)
            {
                request.Content = new StreamContent(context.Request.InputStream);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            using var answer = await _http.SendAsync(request);
            (status, body) = (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
        }

        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        context.Response.Close(body, willBlock: false);
    }
}
