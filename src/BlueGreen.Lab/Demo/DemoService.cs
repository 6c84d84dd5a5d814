using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace BlueGreen.Lab.Demo;

/// <summary>
/// Answers of the demo app. <c>/</c> at once, <c>/slow?ms=N</c> after that time, <c>/health</c>, and <c>/metrics</c> with
/// the number of requests in flight (those to <c>/metrics</c> and <c>/health</c> left out).
/// </summary>
internal sealed class DemoService(ServeOptions options, TimeProvider time) : IHttpApplication<HttpContext>
{
    private static readonly TimeSpan LongestSlow = TimeSpan.FromMinutes(10);

    private long _pending;
    private long _served;

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["X-Version"] = options.Version;
        if (options.TaskId.Length > 0)
            headers["X-Task"] = options.TaskId;

        return context.Request.Path.Value switch
        {
            "/health" => AnswerAsync(context, options.Unhealthy ? 503 : 200, options.Unhealthy ? "unhealthy\n" : "ok\n"),
            "/metrics" => AnswerAsync(context, 200, Metrics(), "application/json"),
            "/" => WorkAsync(context, TimeSpan.Zero),
            "/slow" when SlowFor(context.Request) is { } pause => WorkAsync(context, pause),
            "/slow" => AnswerAsync(context, 400, $"ms must be a whole number from 0 to {LongestSlow.TotalMilliseconds}\n"),
            _ => AnswerAsync(context, 404, "there is /, /slow?ms=N, /health and /metrics\n"),
        };
    }

    private string Metrics() => string.Create(
        CultureInfo.InvariantCulture, $"{{\"pendingOperations\":{Interlocked.Read(ref _pending)},\"served\":{Interlocked.Read(ref _served)}}}");

    private async Task WorkAsync(HttpContext context, TimeSpan pause)
    {
        Interlocked.Increment(ref _pending);
        try
        {
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, context.RequestAborted);
            await AnswerAsync(context, 200, $"version {options.Version}\n");
            Interlocked.Increment(ref _served);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left: nobody waits for the answer.
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private TimeSpan? SlowFor(HttpRequest request)
    {
        if (request.Query["ms"].FirstOrDefault() is not { } text)
            return options.Slow;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= LongestSlow.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(ms)
            : null;
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, string type = "text/plain")
    {
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body).AsTask();
    }
}
