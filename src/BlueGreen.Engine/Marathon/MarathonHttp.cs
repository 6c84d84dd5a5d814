using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.Retry;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// Carries requests to a Marathon cluster: chooses the endpoint, signs, follows redirects of reads, tries again. Whether a repeat
/// does harm is for the caller to know: every call of <see cref="MarathonClient"/> is made so that it does not.
/// </summary>
internal sealed class MarathonHttp(
    HttpClient client, EndpointSet endpoints, IMarathonAuthenticator authenticator, MarathonClientOptions options,
    IEngineSink sink, TimeProvider time)
{
    private const int MaxRedirects = 5;

    public EndpointSet Endpoints => endpoints;

    public MarathonClientOptions Options => options;

    public IEngineSink Sink => sink;

    public TimeProvider Time => time;

    /// <summary>Sends a request until it is answered by something else than a passing failure, or patience ends.</summary>
    /// <exception cref="BlueGreenException"><c>MarathonUnreachable</c>, <c>CertificateNotTrusted</c>, <c>RedirectRefused</c>.</exception>
    public async Task<MarathonAnswer> SendAsync(MarathonRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var tried = new HashSet<Uri>();
        var hung = new HashSet<Uri>();
        var tries = 0;
        var pipeline = new ResiliencePipelineBuilder<MarathonAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<MarathonAnswer>
            {
                MaxRetryAttempts = Math.Max(1, options.Retries),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = args => new ValueTask<bool>(IsPassing(args.Outcome) && MayGoOn()),
            })
            .Build();
        try
        {
            return await pipeline
                .ExecuteAsync(async token => await TryOnceAsync(token).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (NoAnswerException error)
        {
            throw MarathonErrors.Unreachable(error, tries);
        }

        bool MayGoOn() => options.Retries > 0 && !request.IsOnce && hung.Count < endpoints.All.Length
            && (tried.Count < endpoints.All.Length || time.GetElapsedTime(started) < options.RequestTimeout);

        async Task<MarathonAnswer> TryOnceAsync(CancellationToken token)
        {
            // One that hung is not asked again: the call would hang a second time.
            while (hung.Contains(endpoints.Current)) endpoints.LeaveBehind(endpoints.Current);
            var endpoint = endpoints.Current;
            tried.Add(endpoint);
            tries++;
            try
            {
                var answer = await ExchangeAsync(endpoint, request, tries > 1, token).ConfigureAwait(false);
                if (answer.IsPassing) endpoints.LeaveBehind(endpoint);
                return answer;
            }
            catch (NoAnswerException error)
            {
                endpoints.LeaveBehind(endpoint);
                if (error.Kind == NoAnswerKind.TimedOut)
                {
                    hung.Add(endpoint);
                    // Its silence has used up the time that the others may need for electing a leader.
                    started = time.GetTimestamp();
                }

                throw;
            }
        }
    }

    /// <summary>Asks one endpoint once, for checks of its own. Other answers than errors of transport are returned.</summary>
    public async Task<MarathonAnswer> AskOnceAsync(Uri endpoint, MarathonRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await ExchangeAsync(endpoint, request, false, cancellationToken).ConfigureAwait(false);
        }
        catch (NoAnswerException error)
        {
            throw MarathonErrors.Unreachable(error, 1);
        }
    }

    /// <summary>
    /// Sends one request to one endpoint and returns as soon as the headers are there. The caller disposes the response.
    /// </summary>
    /// <exception cref="NoAnswerException">There was no answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        Uri endpoint, MarathonRequest request, string accept, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var address = EndpointSet.Resolve(endpoint, request.PathAndQuery);
        var renewed = false;
        for (var redirects = 0; ; )
        {
            var proof = MayBeTrusted(endpoint, address) ? await authenticator.ProveAsync(cancellationToken).ConfigureAwait(false) : null;
            var response = await SendOnceAsync(endpoint, address, request, proof, accept, completion, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode == 401 && proof is not null && !renewed)
            {
                renewed = true;
                if (!await RenewAsync(response, proof, cancellationToken).ConfigureAwait(false)) return response;
                response.Dispose();
                continue;
            }

            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return response;
            response.Dispose();
            var next = new Uri(address, location);
            if (!request.IsRead || ++redirects > MaxRedirects || !next.Scheme.StartsWith("http", StringComparison.Ordinal))
            {
                throw MarathonErrors.RedirectRefused(address, next, request);
            }

            address = next;
        }
    }

    private static bool IsPassing(Outcome<MarathonAnswer> outcome) =>
        outcome.Result?.IsPassing == true || outcome.Exception is NoAnswerException { Kind: not NoAnswerKind.Untrusted };

    private async Task<MarathonAnswer> ExchangeAsync(Uri endpoint, MarathonRequest request, bool isRepeat, CancellationToken cancellationToken)
    {
        using var timeout = time.CreateCancellationTokenSource(options.RequestTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await OpenAsync(
                endpoint, request, "application/json", HttpCompletionOption.ResponseContentRead, linked.Token).ConfigureAwait(false);
            var body = response.Content is null ? [] : await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            var deployment = response.Headers.TryGetValues("Marathon-Deployment-Id", out var values) ? values.FirstOrDefault() : null;
            // JSON is UTF-8, whatever charset a proxy makes up.
            return new MarathonAnswer(
                (int)response.StatusCode, response.Content?.Headers.ContentType?.MediaType, Encoding.UTF8.GetString(body),
                deployment, endpoint, isRepeat);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswerException.After(options.RequestTimeout, endpoint, error);
        }
    }

    private async Task<bool> RenewAsync(HttpResponseMessage refusal, string proof, CancellationToken cancellationToken)
    {
        try
        {
            return await authenticator.RenewAsync(proof, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            refusal.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        Uri endpoint, Uri address, MarathonRequest request, string? proof, string accept, HttpCompletionOption completion,
        CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, address);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (request.Body is not null) message.Content = new StringContent(request.Body, Encoding.UTF8, "application/json");
        // DC/OS's "token=..." is no scheme with a parameter, which the typed header would demand.
        if (proof is not null) message.Headers.TryAddWithoutValidation("Authorization", proof);
        var started = time.GetTimestamp();
        try
        {
            var response = await client.SendAsync(message, completion, cancellationToken).ConfigureAwait(false);
            Tell(request, address, $"{(int)response.StatusCode}", started);
            return response;
        }
        catch (OperationCanceledException)
        {
            Tell(request, address, "given up", started);
            throw;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            var failure = NoAnswerException.Of(error, endpoint);
            Tell(request, address, $"no answer ({failure.Message})", started);
            throw failure;
        }
    }

    /// <summary>
    /// A redirect may lead anywhere: the proof of identity goes along only to hosts that the session itself names, and never
    /// from an encrypted connection to an open one.
    /// </summary>
    private bool MayBeTrusted(Uri endpoint, Uri address) =>
        (endpoint.Scheme != Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttps) && endpoints.All.Any(e => e.Host == address.Host);

    private void Tell(MarathonRequest request, Uri address, string outcome, long started)
    {
        var shown = address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
        sink.Publish(new EngineMessage(
            time.GetUtcNow(), MessageLevel.Debug,
            $"{request.Method} {shown}: {outcome}, {time.GetElapsedTime(started).TotalMilliseconds:0} ms"));
    }
}
