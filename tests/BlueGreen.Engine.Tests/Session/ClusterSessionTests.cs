using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BlueGreen.Engine.Session;

namespace BlueGreen.Engine.Tests.Session;

public class ClusterSessionTests
{
    private const string Info = """{"name":"marathon","version":"1.11.24","leader":"a1:8080"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", null, "secret", null, "Bearer secret")]
    [InlineData("/service/marathon", null, "secret", null, "token=secret")]
    [InlineData("/service/marathon", null, "Bearer secret", null, "Bearer secret")]
    [InlineData("", null, "token=secret", null, "token=secret")]
    [InlineData("", "ann", null, "pa:ss", "Basic YW5uOnBhOnNz")]
    [InlineData("", null, null, null, null)]
    public async Task Each_way_to_say_who_asks_has_its_header(string path, string? user, string? token, string? password, string? header)
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Info));
        using var session = Create(new SessionOptions
        {
            MarathonUris = [new Uri(server.Address, path)],
            UserName = user,
            Password = password is null ? null : new Secret(() => password),
            Token = token is null ? null : new Secret(() => token),
        });

        await session.Marathon.GetInfoAsync(Token);

        Assert.Equal(header, Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task A_user_inside_the_address_is_sent_but_never_shown()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Empty(503));
        var sink = new RecordingSink();
        var address = new UriBuilder(server.Address) { UserName = "ann", Password = "ge%20heim" }.Uri;
        using var session = Create(new SessionOptions { MarathonUris = [address] }, sink);

        var check = (await session.TestAsync(Token)).First();

        Assert.Equal("Basic YW5uOmdlIGhlaW0=", server.Requests.First().Authorization);
        Assert.DoesNotContain("heim", string.Join(" ", sink.Of(MessageLevel.Debug)) + check);
    }

    [Fact]
    public async Task Credentials_do_not_go_along_to_a_host_that_the_session_does_not_name()
    {
        await using var elsewhere = await LoopbackServer.StartAsync((http, _) => http.Json(200, Info), address: IPAddress.Parse("127.0.0.77"));
        await using var server = await LoopbackServer.StartAsync((http, _) =>
        {
            http.Response.Headers.Location = new Uri(elsewhere.Address, "/v2/info").AbsoluteUri;
            return http.Empty(302);
        });
        using var session = Create(new SessionOptions { MarathonUris = [server.Address], Token = new Secret(() => "secret") });

        await session.Marathon.GetInfoAsync(Token);

        Assert.Equal("Bearer secret", Assert.Single(server.Requests).Authorization);
        Assert.Null(Assert.Single(elsewhere.Requests).Authorization);
    }

    [Fact]
    public void Secrets_are_not_shown()
    {
        var options = new SessionOptions { MarathonUris = [new Uri("http://m:8080")], UserName = "ann", Password = new Secret(() => "geheim"), Token = new Secret(() => "geheim") };

        Assert.DoesNotContain("geheim", options.ToString());
        Assert.Equal("***", options.Password.ToString());
    }

    [Fact]
    public async Task Two_operations_at_once_each_hear_their_own()
    {
        await using var server = await LoopbackServer.StartAsync(async (http, _) =>
        {
            await Task.Delay(20);
            await http.Json(200, Info);
        });
        var (ground, one, two) = (new RecordingSink(), new RecordingSink(), new RecordingSink());
        using var session = Create(new SessionOptions { MarathonUris = [server.Address] }, ground);

        async Task WorkAsync(RecordingSink sink, int times)
        {
            using var _ = session.Listen(sink);
            for (var i = 0; i < times; i++) await session.Marathon.GetInfoAsync(Token);
        }

        await Task.WhenAll(WorkAsync(one, 2), WorkAsync(two, 3));
        await session.Marathon.GetInfoAsync(Token);

        Assert.Equal((1, 2, 3), (ground.Of(MessageLevel.Debug).Count(), one.Of(MessageLevel.Debug).Count(), two.Of(MessageLevel.Debug).Count()));
    }

    [Fact]
    public async Task The_test_of_a_session_looks_at_every_endpoint_and_throws_nothing()
    {
        await using var good = await LoopbackServer.StartAsync(async (http, request) =>
        {
            if (request.PathAndQuery.StartsWith("/v2/events", StringComparison.Ordinal))
            {
                http.Response.ContentType = "text/event-stream";
                await http.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }

            await http.Json(200, Info);
        });
        await using var locked = await LoopbackServer.StartAsync((http, _) => http.Text(401, "text/html", "<html>"));
        using var session = Create(new SessionOptions { MarathonUris = [good.Address, locked.Address], LoadBalancerUris = [locked.Address] });

        var checks = await session.TestAsync(Token);

        Assert.Equal(
            [("Marathon", true), ("Marathon", false), ("Event stream", true), ("Load balancer", true), ("Load balancer", false)],
            checks.Select(c => (c.Role, c.Ok)));
        Assert.Equal("Marathon 1.11.24, leader a1:8080.", checks[0].Detail);
        Assert.All(checks, c => Assert.Equal(c.Ok, c.Remedy is null));
        Assert.Contains("401", checks[4].Detail);
    }

    [Fact]
    public async Task A_load_balancer_is_asked_by_its_address_under_its_name_with_its_own_user()
    {
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Empty(404));
        using var session = Create(new SessionOptions
        {
            MarathonUris = [new Uri("http://m:8080")],
            LoadBalancerUris = [new Uri($"http://stats:geheim@localhost:{server.Address.Port}")],
        });

        var lb = Assert.Single(await session.LoadBalancers.DiscoverAsync(Token));
        await lb.ReadAsync([], Token);

        Assert.Equal($"127.0.0.1:{server.Address.Port}", lb.Instance.Name);
        var request = Assert.Single(server.Requests);
        Assert.Equal($"localhost:{server.Address.Port}", request.Host);
        Assert.StartsWith("Basic ", request.Authorization);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, "own", true)]
    [InlineData(false, "other", false)]
    [InlineData(false, null, false)]
    public async Task A_clusters_own_authority_is_trusted_when_it_is_given(bool skip, string? authority, bool trusted)
    {
        using var own = Authority("cluster");
        using var other = Authority("stranger");
        using var certificate = Issue(own, "127.0.0.1");
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Info), certificate);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, (authority == "own" ? other.ExportCertificatePem() + "\n" + own.ExportCertificatePem() : other.ExportCertificatePem()) + "\n", Token);
        try
        {
            using var session = Create(new SessionOptions
            {
                MarathonUris = [server.Address], SkipCertificateCheck = skip, CertificateAuthorityPath = authority is null ? null : file,
            });

            var asked = session.Marathon.GetInfoAsync(Token);

            if (trusted) Assert.Equal("1.11.24", (await asked).Version);
            else Assert.Equal("CertificateNotTrusted", (await Assert.ThrowsAsync<BlueGreenException>(() => asked)).ErrorId);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_own_authority_does_not_make_up_for_a_certificate_of_another_host()
    {
        using var own = Authority("cluster");
        using var certificate = Issue(own, "127.0.0.2");
        await using var server = await LoopbackServer.StartAsync((http, _) => http.Json(200, Info), certificate);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, own.ExportCertificatePem(), Token);
        try
        {
            using var session = Create(new SessionOptions { MarathonUris = [server.Address], CertificateAuthorityPath = file });

            Assert.Equal("CertificateNotTrusted", (await Assert.ThrowsAsync<BlueGreenException>(() => session.Marathon.GetInfoAsync(Token))).ErrorId);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_own_authority_counts_for_the_login_endpoint_too(bool given)
    {
        using var own = Authority("cluster");
        using var certificate = Issue(own, "127.0.0.1");
        using var key = RSA.Create(2048);
        await using var gateway = await LoopbackServer.StartAsync(
            (http, request) => http.Json(200, request.Method == "POST" ? """{"token":"t1"}""" : Info), certificate);
        var account = new Newtonsoft.Json.Linq.JObject
        {
            ["uid"] = "deployer", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["login_endpoint"] = new Uri(gateway.Address, "/login").AbsoluteUri,
        }.ToString();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, own.ExportCertificatePem(), Token);
        try
        {
            using var session = Create(new SessionOptions
            {
                MarathonUris = [gateway.Address], DcosServiceAccountJson = new Secret(() => account), CertificateAuthorityPath = given ? file : null,
            });

            var error = await Record.ExceptionAsync(() => session.Marathon.GetInfoAsync(Token));

            Assert.Equal(given ? null : "CertificateNotTrusted", (error as BlueGreenException)?.ErrorId);
            Assert.Equal(given ? ["POST /login", "GET /v2/info"] : [], gateway.Requests.Select(r => $"{r.Method} {r.PathAndQuery}"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("ftp://m", null, 30, "InvalidAddress")]
    [InlineData("http://m", "/no/such/ca.pem", 30, "CertificateAuthorityUnreadable")]
    [InlineData("http://m", null, 0, "InvalidTimeout")]
    public void What_makes_no_sense_is_refused_at_once(string address, string? authority, int timeout, string errorId)
    {
        var options = new SessionOptions { MarathonUris = [new Uri(address)], CertificateAuthorityPath = authority, TimeoutSeconds = timeout };

        Assert.Equal(errorId, Assert.Throws<BlueGreenException>(() => Create(options)).ErrorId);
    }

    [Theory]
    [InlineData("ftp://ann:geheim@m")]
    [InlineData("ann:geheim@m:8080")]
    [InlineData("mesos:8080")]
    public void An_address_that_is_refused_is_shown_without_its_password(string address)
    {
        var error = Assert.Throws<BlueGreenException>(() => Create(new SessionOptions { MarathonUris = [new Uri(address, UriKind.RelativeOrAbsolute)] }));

        Assert.Equal(("InvalidAddress", ErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
        Assert.DoesNotContain("geheim", error.Message + error.Target);
        Assert.Contains("http://", error.Remedy);
    }

    private static ClusterSession Create(SessionOptions options, IEngineSink? sink = null) =>
        ClusterSession.Create(options, sink ?? SilentSink.Instance, TimeProvider.System);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string ip)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=marathon", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(ip));
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3, 4]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
