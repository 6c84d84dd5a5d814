using System.Security.Cryptography;
using BlueGreen.Engine.Session;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Session;

/// <summary>A gateway with a login endpoint before a Marathon, as DC/OS has one, and the session that goes through it.</summary>
public sealed class ServiceAccountSignInTests : IAsyncLifetime
{
    private const string Info = """{"name":"marathon","version":"1.11.24","leader":"a1:8080"}""";

    private readonly RSA _key = RSA.Create(2048);
    private readonly RecordingSink _sink = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
    private readonly HashSet<string> _refused = [];
    private LoopbackServer _gateway = null!;
    private readonly TaskCompletionSource _allAreThere = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _refusedTogether;
    private int _tokens;
    private volatile Func<HttpContext, Task>? _login;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private List<Received> Logins => [.. _gateway.Requests.Where(r => r.PathAndQuery == "/acs/api/v1/auth/login")];

    private List<string?> Proofs => [.. _gateway.Requests.Where(r => r.PathAndQuery == "/service/marathon/v2/info").Select(r => r.Authorization)];

    public async ValueTask InitializeAsync() => _gateway = await LoopbackServer.StartAsync((http, request) =>
    {
        if (request.PathAndQuery == "/acs/api/v1/auth/login") return _login?.Invoke(http) ?? GrantAsync(http);
        return request.Authorization is { } proof && !_refused.Contains(proof) ? http.Json(200, Info) : RefuseAsync(http);
    });

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task The_signature_is_exchanged_for_a_token_once_for_all_requests()
    {
        using var session = Connect();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.Marathon.GetInfoAsync(Token)));

        var login = Assert.Single(Logins);
        Assert.Equal("POST", login.Method);
        Assert.Null(login.Authorization);
        var body = JObject.Parse(login.Body);
        Assert.Equal(("deployer", 1_700_003_600L, 3), ((string?)body["uid"], (long)body["exp"]!, ((string)body["token"]!).Split('.').Length));
        Assert.Equal(Enumerable.Repeat("token=t1", 20), Proofs);
    }

    [Fact]
    public async Task A_token_that_is_only_in_the_body_counts_too()
    {
        _login = http => http.Json(200, """{"token":"from-body"}""");
        using var session = Connect();

        await session.Marathon.GetInfoAsync(Token);

        Assert.Equal(["token=from-body"], Proofs);
    }

    [Fact]
    public async Task It_is_renewed_ten_seconds_before_it_runs_out_and_not_earlier()
    {
        using var session = Connect();
        await session.Marathon.GetInfoAsync(Token);

        _time.Advance(TimeSpan.FromSeconds(3589));
        await session.Marathon.GetInfoAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await session.Marathon.GetInfoAsync(Token);

        Assert.Equal(["token=t1", "token=t1", "token=t2"], Proofs);
    }

    [Fact]
    public async Task Many_requests_refused_at_once_cause_one_new_sign_in()
    {
        using var session = Connect();
        await session.Marathon.GetInfoAsync(Token);
        _refused.Add("token=t1");
        _refusedTogether = 10;

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => session.Marathon.GetInfoAsync(Token)));

        Assert.Equal(2, Logins.Count);
        Assert.Equal(11, Proofs.Count(proof => proof == "token=t1"));
        Assert.Equal(10, Proofs.Count(proof => proof == "token=t2"));
    }

    [Fact]
    public async Task A_new_token_that_is_refused_as_well_is_not_renewed_again_for_the_same_request()
    {
        _refused.UnionWith(["token=t1", "token=t2"]);
        using var session = Connect();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => session.Marathon.GetInfoAsync(Token));

        Assert.Equal("AuthenticationFailed", error.ErrorId);
        Assert.Equal(2, Logins.Count);
    }

    [Fact]
    public async Task A_refused_token_that_cannot_be_renewed_now_is_an_error_that_passes()
    {
        using var session = Connect();
        await session.Marathon.GetInfoAsync(Token);
        _login = http => http.Empty(503);
        _refused.Add("token=t1");

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => WhileTimePassesAsync(session.Marathon.GetInfoAsync(Token)));
        Assert.Equal(("SignInUnreachable", ErrorKind.Unavailable), (error.ErrorId, error.Kind));
        Assert.Contains("it answers 503", error.Message);

        _login = null;
        await session.Marathon.GetInfoAsync(Token);
        Assert.Equal("token=t2", Proofs[^1]);
    }

    [Fact]
    public async Task A_renewal_that_fails_before_the_old_token_has_run_out_stops_nothing()
    {
        using var session = Connect();
        await session.Marathon.GetInfoAsync(Token);
        _login = http => http.Empty(503);
        _time.Advance(TimeSpan.FromSeconds(3590));

        await WhileTimePassesAsync(session.Marathon.GetInfoAsync(Token));

        Assert.True(Logins.Count > 1);
        Assert.Equal(["token=t1", "token=t1"], Proofs);
    }

    [Theory]
    [InlineData(400, "SignInRefused", ErrorKind.AuthenticationFailed)]
    [InlineData(401, "SignInRefused", ErrorKind.AuthenticationFailed)]
    [InlineData(403, "SignInRefused", ErrorKind.AuthenticationFailed)]
    [InlineData(404, "SignInAnswerUnreadable", ErrorKind.ProtocolError)]
    [InlineData(302, "SignInAnswerUnreadable", ErrorKind.ProtocolError)]
    [InlineData(200, "SignInAnswerUnreadable", ErrorKind.ProtocolError)]
    public async Task What_the_login_endpoint_refuses_has_an_error_of_its_own(int status, string errorId, ErrorKind kind)
    {
        _login = http => http.Text(status, "text/html", "<html>geheim");
        using var session = Connect();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => session.Marathon.GetInfoAsync(Token));

        Assert.Equal((errorId, kind), (error.ErrorId, error.Kind));
        Assert.DoesNotContain("geheim", error.Message);
        Assert.NotEmpty(error.Remedy);
        Assert.Single(Logins);
        Assert.Empty(Proofs);
    }

    [Fact]
    public async Task A_login_endpoint_that_never_answers_is_told_from_a_Marathon_that_does_not()
    {
        _login = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using var session = Connect();

        var error = await Assert.ThrowsAsync<BlueGreenException>(() => WhileTimePassesAsync(session.Marathon.GetInfoAsync(Token)));

        Assert.Equal("SignInUnreachable", error.ErrorId);
        Assert.Contains("within 15 s", error.Message);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_while_it_signs_in_leaves_the_sign_in_to_the_next()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _login = http =>
        {
            stop.Cancel();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        };
        using var session = Connect();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Marathon.GetInfoAsync(stop.Token));
        _login = null;

        Assert.Equal("1.11.24", (await session.Marathon.GetInfoAsync(Token)).Version);
    }

    [Fact]
    public async Task Neither_key_nor_signature_nor_token_shows_anywhere()
    {
        using var session = Connect();
        await session.Marathon.GetInfoAsync(Token);

        var shown = string.Join("\n", _sink.Of(MessageLevel.Debug).Append(session.Options.ToString()).Append(new Proof("token=t1", default).ToString()));

        Assert.Contains("/acs/api/v1/auth/login: 200", shown);
        Assert.DoesNotContain("t1", shown);
        Assert.DoesNotContain("PRIVATE KEY", shown);
        Assert.DoesNotContain((string)JObject.Parse(Logins[0].Body)["token"]!, shown);
    }

    /// <summary>Refuses as soon as so many requests are there that all are refused at once.</summary>
    private async Task RefuseAsync(HttpContext http)
    {
        if (Interlocked.Decrement(ref _refusedTogether) <= 0) _allAreThere.TrySetResult();
        await _allAreThere.Task.WaitAsync(http.RequestAborted);
        await http.Text(401, "text/html", "<html>");
    }

    private Task GrantAsync(HttpContext http)
    {
        var token = $"t{Interlocked.Increment(ref _tokens)}";
        http.Response.Headers.Append("Set-Cookie", "other=1; path=/");
        http.Response.Headers.Append("Set-Cookie", $"dcos-acs-auth-cookie={token}; Path=/; HttpOnly");
        return http.Json(200, """{"token":"of-the-body"}""");
    }

    /// <summary>Lets time pass in steps that the delays between tries can follow.</summary>
    private async Task WhileTimePassesAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(20, Token));
            if (!work.IsCompleted) _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await work;
    }

    private ClusterSession Connect()
    {
        var account = new JObject
        {
            ["uid"] = "deployer", ["private_key"] = _key.ExportPkcs8PrivateKeyPem(), ["scheme"] = "RS256",
            ["login_endpoint"] = new Uri(_gateway.Address, "/acs/api/v1/auth/login").AbsoluteUri,
        }.ToString();
        return ClusterSession.Create(
            new SessionOptions
            {
                MarathonUris = [new Uri(_gateway.Address, "/service/marathon")], DcosServiceAccountJson = new Secret(() => account),
            },
            _sink, _time);
    }
}
