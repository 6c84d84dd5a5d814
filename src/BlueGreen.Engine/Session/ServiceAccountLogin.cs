using System.Text;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Polly;
using Polly.Retry;

namespace BlueGreen.Engine.Session;

/// <summary>
/// Exchanges the signature of a DC/OS service account for a token, at the account's login endpoint. Source: marathon-lb,
/// <c>common.py</c> (<c>DCOSAuth</c>), and DC/OS's identity and access management API (<c>POST /acs/api/v1/auth/login</c>).
/// </summary>
/// <param name="client">Without a time-out, redirects or cookies of its own; trusts the cluster's authorities.</param>
/// <param name="account">Who signs in.</param>
/// <param name="sink">Hears of each exchange.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceAccountLogin(HttpClient client, ServiceAccount account, IEngineSink sink, TimeProvider time)
{
    private const string Cookie = "dcos-acs-auth-cookie=";

    /// <summary>How long the signature may be used to sign in.</summary>
    private static readonly TimeSpan SignatureLife = TimeSpan.FromSeconds(60);

    /// <summary>How long the token is to hold.</summary>
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    /// <param name="timeout">How long it may take, all tries together.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BlueGreenException">
    /// <c>SignInRefused</c>, <c>SignInUnreachable</c>, <c>SignInAnswerUnreadable</c>, <c>CertificateNotTrusted</c>.
    /// </exception>
    public async Task<Proof> SignInAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The gateway has its seconds of absence too, just when a new leader is elected.
        var pipeline = new ResiliencePipelineBuilder<Answer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Answer>
            {
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(2),
                ShouldHandle = new PredicateBuilder<Answer>()
                    .Handle<NoAnswerException>(error => error.Kind == NoAnswerKind.Broken)
                    .HandleResult(answer => answer.IsPassing),
            })
            .Build();
        using var patience = time.CreateCancellationTokenSource(timeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var last = "it gave no answer";
        try
        {
            var answer = await pipeline.ExecuteAsync(async token =>
            {
                try
                {
                    var one = await TryAsync(token).ConfigureAwait(false);
                    if (one.IsPassing) last = $"it answers {one.Status}";
                    return one;
                }
                catch (NoAnswerException error)
                {
                    last = error.Message;
                    throw;
                }
            }, linked.Token).ConfigureAwait(false);
            return Read(answer);
        }
        catch (NoAnswerException error) when (error.Kind == NoAnswerKind.Untrusted)
        {
            throw MarathonErrors.Unreachable(error, 1);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BlueGreenException(
                ErrorKind.Unavailable, "SignInUnreachable",
                $"The service account {account.Uid} cannot sign in at {account.LoginEndpoint} within {timeout.TotalSeconds:0.#} s: {last}.",
                "Check the login_endpoint in the service account's file, and the network. While a new leader is elected this passes after some seconds.",
                account.LoginEndpoint.AbsoluteUri, error);
        }
    }

    private async Task<Answer> TryAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var expires = now + TokenLife;
        var body = new JObject
        {
            ["uid"] = account.Uid,
            ["token"] = LoginToken.Sign(account, now + SignatureLife),
            ["exp"] = expires.ToUnixTimeSeconds(),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, account.LoginEndpoint);
        request.Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json");
        var started = time.GetTimestamp();
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            Tell($"{(int)response.StatusCode}", started);
            var text = response.Content is null ? "" : await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            return new Answer((int)response.StatusCode, TokenOf(response, text), expires);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            var failure = NoAnswerException.Of(error, account.LoginEndpoint);
            Tell($"no answer ({failure.Message})", started);
            throw failure;
        }
    }

    private Proof Read(Answer answer)
    {
        if (answer.Status is 400 or 401 or 403)
        {
            throw new BlueGreenException(
                ErrorKind.AuthenticationFailed, "SignInRefused",
                $"{account.LoginEndpoint} does not let the service account {account.Uid} sign in (status {answer.Status}).",
                "Check that the account exists in this cluster and that the private key is the one that belongs to its public key "
                + "(dcos security org service-accounts show); and that the clock of this machine is right: a signature holds for a minute.",
                account.Uid);
        }

        return answer is { Status: 200, Token: { } token }
            ? new Proof($"token={token}", answer.Expires)
            : throw new BlueGreenException(
                ErrorKind.ProtocolError, "SignInAnswerUnreadable",
                $"{account.LoginEndpoint} answers the sign-in with status {answer.Status} and without a token.",
                "Check the login_endpoint in the service account's file; it is often https://master.mesos/acs/api/v1/auth/login.",
                account.LoginEndpoint.AbsoluteUri);
    }

    /// <summary>The token is in a cookie; DC/OS repeats it in the body.</summary>
    private static string? TokenOf(HttpResponseMessage response, string body)
    {
        if (!response.IsSuccessStatusCode) return null;
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
        var cookie = cookies.FirstOrDefault(c => c.StartsWith(Cookie, StringComparison.Ordinal))?.Substring(Cookie.Length).Split(';')[0].Trim('"');
        return !string.IsNullOrEmpty(cookie) ? cookie : JsonText.TryParseObject(body)?.Text("token") is { Length: > 0 } token ? token : null;
    }

    private void Tell(string outcome, long started) => sink.Publish(new EngineMessage(
        time.GetUtcNow(), MessageLevel.Debug,
        $"POST {account.LoginEndpoint}: {outcome}, {time.GetElapsedTime(started).TotalMilliseconds:0} ms"));

    private sealed record Answer(int Status, string? Token, DateTimeOffset Expires)
    {
        public bool IsPassing => Status is 429 or 502 or 503 or 504;
    }
}
