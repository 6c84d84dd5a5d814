using System.Text.Json.Nodes;
using BlueGreen.Lab.LoadBalancer.Config;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.Tests.LoadBalancer;

public class ConfigTests
{
    private static JsonObject App(int port = 31000) => Apps.Host("/team/app", 10000, Apps.Task("app.1", port));

    [Fact]
    public void A_service_becomes_a_frontend_on_the_instances_own_address_and_a_backend()
    {
        Assert.Equal(
            """

            frontend marathon_http_appid_in
              bind 127.0.1.1:9091
              mode http
              acl app__team_app hdr(x-marathon-app-id) -i /team/app
              use_backend team_app_10000 if app__team_app

            frontend team_app_10000
              bind 127.0.1.1:10000
              mode http
              use_backend team_app_10000

            backend team_app_10000
              balance roundrobin
              mode http
              option forwardfor
              http-request set-header X-Forwarded-Port %[dst_port]
              http-request add-header X-Forwarded-Proto https if { ssl_fc }
              option  httpchk GET /health
              timeout check 3s
              server 127_0_0_1_31000 127.0.0.1:31000 id 18694 check inter 2s fall 5

            """,
            Rules.Config(App().HttpCheck()));
    }

    public static TheoryData<string, string, string> ServerLines => new()
    {
        { "HAPROXY_0_STICKY", "true", "server 127_0_0_1_31000 127.0.0.1:31000 id 18694 check cookie " + ServerNames.CookieOf("127_0_0_1_31000") },
        { "HAPROXY_0_BACKEND_SERVER_OPTIONS", "  server {serverName} {host_ipv4}:{port} id {serverId} weight 7{otherOptions}\r\n", "server 127_0_0_1_31000 127.0.0.1:31000 id 18694 weight 7" },
    };

    [Theory]
    [MemberData(nameof(ServerLines))]
    public void Labels_change_the_servers_line(string label, string value, string expected) =>
        Assert.Equal([expected], Rules.ServerLines(App().Label(label, value)));

    public static TheoryData<string, string> Checks => new()
    {
        { "HTTP", " check inter 2s fall 5" },
        { "MESOS_TCP", " check inter 2s fall 5" },
        { "COMMAND", " check inter 2s fall 5" },
    };

    [Theory]
    [MemberData(nameof(Checks))]
    public void Marathons_check_becomes_HAProxys(string protocol, string ending) =>
        Assert.EndsWith(ending, Assert.Single(Rules.ServerLines(App().Check(protocol))), StringComparison.Ordinal);

    [Fact]
    public void A_check_of_another_port_index_is_not_taken() =>
        Assert.DoesNotContain("check", Assert.Single(Rules.ServerLines(App().Check("HTTP", portIndex: 1))), StringComparison.Ordinal);

    [Fact]
    public void A_check_on_a_fixed_port_names_that_port() =>
        Assert.EndsWith(" check inter 2s fall 5 port 8099", Assert.Single(Rules.ServerLines(App().Check("TCP", port: 8099))), StringComparison.Ordinal);

    [Fact]
    public void A_health_check_port_index_takes_the_port_of_the_same_task_at_the_other_service()
    {
        var app = Apps.Host("/app", 10000, Apps.Task("a", 31000), Apps.Task("b", 31001)).Check("HTTP", portIndex: 1)
            .Label("HAPROXY_0_BACKEND_HEALTHCHECK_PORT_INDEX", "1")
            .With(a =>
            {
                a["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = 10000 }, new JsonObject { ["port"] = 10001 });
                a["tasks"]![0]!["ports"] = new JsonArray(31000, 31500);
                a["tasks"]![1]!["ports"] = new JsonArray(31001, 31501);
            });

        Assert.Equal(["port 31500", "port 31501"], Rules.ServerLines(app).Take(2).Select(line => line[line.IndexOf("port", StringComparison.Ordinal)..]));
    }

    [Fact]
    public void A_health_check_port_index_past_the_end_is_an_error() => Assert.Throws<AppListException>(() =>
        Rules.Config(App().Check("HTTP").Label("HAPROXY_0_BACKEND_HEALTHCHECK_PORT_INDEX", "1")));

    [Theory]
    [InlineData("external", null, true)]
    [InlineData("internal,external", null, true)]
    [InlineData("internal", null, false)]
    [InlineData(null, null, false)]
    [InlineData("external", "internal", false)]
    [InlineData("internal", "external", true)]
    public void Only_services_of_the_load_balancers_groups_are_served(string? group, string? portGroup, bool served)
    {
        var app = App().With(a => a["labels"] = new JsonObject());
        if (group is not null)
            app.Label("HAPROXY_GROUP", group);
        if (portGroup is not null)
            app.Label("HAPROXY_0_GROUP", portGroup);

        Assert.Equal(served, Rules.Config(app).Contains("backend team_app_10000", StringComparison.Ordinal));
        Assert.Contains("backend team_app_10000", Rules.Config(Rules.Settings with { Groups = ["*"] }, app), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disabled_service_is_left_out() =>
        Assert.DoesNotContain("team_app", Rules.Config(App().Label("HAPROXY_0_ENABLED", "false")), StringComparison.Ordinal);

    [Fact]
    public void The_port_label_wins_over_the_service_port() =>
        Assert.Contains("frontend team_app_80\n  bind 127.0.1.1:80\n", Rules.Config(App().Label("HAPROXY_0_PORT", "80")), StringComparison.Ordinal);

    [Fact]
    public void A_bind_address_of_a_label_is_taken_unless_it_is_the_wildcard()
    {
        Assert.Contains("bind 127.0.1.1:10000\n", Rules.Config(App().Label("HAPROXY_0_BIND_ADDR", "*")), StringComparison.Ordinal);
        Assert.Contains("bind 127.0.7.7:10000 accept-proxy\n",
            Rules.Config(App().Label("HAPROXY_0_BIND_ADDR", "127.0.7.7").Label("HAPROXY_0_BIND_OPTIONS", "accept-proxy")), StringComparison.Ordinal);
    }

    [Fact]
    public void Virtual_hosts_are_routed_on_port_80_when_asked_for_heaviest_first()
    {
        var settings = Rules.Settings with { VirtualHosts = true };
        var config = Rules.Config(settings,
            App().Label("HAPROXY_0_VHOST", "www.example.com"),
            Apps.Host("/api", 10001, Apps.Task("api.1", 31001)).Label("HAPROXY_0_VHOST", "WWW.example.com,api.example.com").Label("HAPROXY_0_PATH", "/api"));

        Assert.Contains(
            """
            frontend marathon_http_in
              bind 127.0.1.1:80
              mode http
              acl path_api_10001 path_beg /api
              acl host_www_example_com_api hdr(host) -i www.example.com
              acl host_www_example_com_api hdr(host) -i api.example.com
              use_backend api_10001 if host_www_example_com_api path_api_10001
              acl host_www_example_com_team_app hdr(host) -i www.example.com
              use_backend team_app_10000 if host_www_example_com_team_app

            """, config, StringComparison.Ordinal);
        Assert.DoesNotContain("marathon_https_in", config, StringComparison.Ordinal);
        Assert.Contains("use_backend team_app_10000 if { ssl_fc_sni www.example.com }",
            Rules.Config(settings with { Certificates = ["/etc/ssl/cert.pem"] }, App().Label("HAPROXY_0_VHOST", "www.example.com")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{unknown}")]
    [InlineData("{open")]
    [InlineData("close}")]
    public void A_broken_template_is_named(string template)
    {
        var error = Assert.Throws<AppListException>(() => Rules.Config(App().Label("HAPROXY_0_BACKEND_HEAD", template)));
        Assert.Contains(template, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_is_named_by_host_address_and_port()
    {
        var app = Apps.Host("/app", 10000, Apps.Task("app.1", 31000, host: "agent1"), Apps.Task("app.2", 31001, host: "10.0.0.9"));

        Assert.Equal(["10_0_0_9_31001", "agent1_10_0_0_1_31000"], Rules.ServerLines(app).Select(line => line.Split(' ')[1]));
    }

    [Fact]
    public void Server_ids_are_stable_unique_and_in_range()
    {
        var names = Enumerable.Range(0, 2000).Select(i => $"10_0_0_1_{i}").ToList();
        List<int> Ids()
        {
            var taken = new HashSet<int>();
            return names.ConvertAll(name => ServerNames.IdOf(name, taken));
        }

        Assert.Equal(Ids(), Ids());
        Assert.Equal(names.Count, Ids().Distinct().Count());
        Assert.All(Ids(), id => Assert.InRange(id, 1, 32767));
        Assert.Equal(18694, ServerNames.IdOf("127_0_0_1_31000", new HashSet<int>()));
    }
}
