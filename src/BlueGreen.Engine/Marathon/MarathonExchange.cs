using System.Net;
using System.Security.Authentication;

namespace BlueGreen.Engine.Marathon;

/// <summary>What a request is about, for its errors.</summary>
internal enum MarathonSubject
{
    Cluster,
    App,
    Tasks,
    Deployment,
}

/// <summary>One request, before an endpoint is chosen for it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">From <c>/v2</c> on, escaped.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Target">The app or deployment; null for the cluster.</param>
/// <param name="Body">JSON; null for none.</param>
internal sealed record MarathonRequest(
    HttpMethod Method, string PathAndQuery, MarathonSubject Subject = MarathonSubject.Cluster, string? Target = null, string? Body = null)
{
    /// <summary>Not repeated when there is no answer.</summary>
    public bool IsOnce { get; init; }

    public bool IsRead => Method == HttpMethod.Get;
}

/// <summary>An answer, whatever its status.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="MediaType">What the body says it is; null when it does not say.</param>
/// <param name="Body">The body; empty for none.</param>
/// <param name="DeploymentId">Marathon's header of that name.</param>
/// <param name="Endpoint">Who answered.</param>
/// <param name="IsRepeat">True when an earlier try of the same request had no usable answer, and so may have been carried out.</param>
internal sealed record MarathonAnswer(int Status, string? MediaType, string Body, string? DeploymentId, Uri Endpoint, bool IsRepeat)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The statuses with which an instance without a leader, or a proxy before a dead one, answers for some seconds.</summary>
    public bool IsPassing => Status is 502 or 503 or 504;

    /// <summary>False for pages meant for people: those are never read as JSON.</summary>
    public bool MayBeJson =>
        Body.Length > 0 && Body.TrimStart().FirstOrDefault() != '<' && MediaType?.EndsWith("html", StringComparison.OrdinalIgnoreCase) != true;
}

/// <summary>A request that got no answer.</summary>
internal sealed class NoAnswerException(Uri endpoint, NoAnswerKind kind, string reason, Exception? cause) : Exception(reason, cause)
{
    public Uri Endpoint { get; } = endpoint;

    public NoAnswerKind Kind { get; } = kind;

    public static NoAnswerException After(TimeSpan timeout, Uri endpoint, Exception cause) =>
        new(endpoint, NoAnswerKind.TimedOut, $"no answer within {timeout.TotalSeconds:0.#} s", cause);

    /// <summary>What an exception of the HTTP client stands for.</summary>
    public static NoAnswerException Of(Exception error, Uri endpoint)
    {
        var innermost = error;
        while (innermost.InnerException is not null) innermost = innermost.InnerException;
        return new(endpoint, IsUntrusted(error) ? NoAnswerKind.Untrusted : NoAnswerKind.Broken, innermost.Message.TrimEnd('.'), error);
    }

    private static bool IsUntrusted(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is AuthenticationException or WebException { Status: WebExceptionStatus.TrustFailure }) return true;
        }

        return false;
    }
}

/// <summary>Why there was no answer.</summary>
internal enum NoAnswerKind
{
    /// <summary>No connection, or it broke.</summary>
    Broken,

    /// <summary>Nothing came in time. Only another endpoint is worth a try.</summary>
    TimedOut,

    /// <summary>The certificate is not trusted: the next try would end the same way.</summary>
    Untrusted,
}
