using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>A real HTTP server that answers what a test wants of Marathon.</summary>
internal sealed class ScriptedMarathon : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, (int Status, string Body)> _answer;
    private readonly Task _serving;

    /// <param name="answer">By method and path, such as <c>POST /v2/apps</c>.</param>
    public ScriptedMarathon(Func<string, (int Status, string Body)> answer)
    {
        _answer = answer;
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = Serve();
    }

    public string Address { get; }

    /// <summary>Method, path, and body of each request.</summary>
    public ConcurrentQueue<(string What, string Body)> Requests { get; } = new();

    public string? LastAuthorization { get; private set; }

    /// <summary>A Marathon with these apps, which takes up whatever it is told.</summary>
    public static ScriptedMarathon With(params string[] apps) =>
        new(what => what == "GET /v2/apps" ? (200, $$"""{"apps":[{{string.Join(',', apps)}}]}""") : (200, """{"version":"2026-01-01T00:00:00Z"}"""));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var what = $"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}";
            LastAuthorization = context.Request.Headers["Authorization"];
            Requests.Enqueue((what, await reader.ReadToEndAsync()));
            var (status, body) = _answer(what);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
        }
    }
}
