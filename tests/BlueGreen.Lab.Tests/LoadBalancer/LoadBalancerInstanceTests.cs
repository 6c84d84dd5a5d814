using System.Net.Sockets;
using BlueGreen.Lab.Demo;
using BlueGreen.Lab.LoadBalancer.Haproxy;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>How the configuration follows Marathon, on real HAProxy.</summary>
public class LoadBalancerInstanceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_follow_Marathons_events()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        var (first, second) = (await live.ServeAsync("1"), await live.ServeAsync("2"));

        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", first)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(first), "no check"));
        using var answer = await live.GetServiceAsync("/");
        Assert.Equal("version 1\n", await answer.Content.ReadAsStringAsync(Cancellation));

        live.Marathon.Publish(Apps.Host("/web", 10000, Apps.Task("web.2", second)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(second), "no check"));
    }

    [Fact]
    public async Task An_event_without_a_change_reloads_nothing()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
        var (reloads, reads) = (await ReloadsAsync(live), live.Marathon.Reads);

        live.Marathon.Send("health_status_changed_event");
        await LiveLoadBalancer.Until(() => Task.FromResult(live.Marathon.Reads > reads), "Marathon was read again");
        live.Marathon.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)), Apps.Host("/other", 10001, Apps.Task("o.1", 31001)));
        await live.UntilStatusAsync("other_10001", (LiveLoadBalancer.ServerAt(31001), "no check"));

        Assert.Equal(reloads + 1, await ReloadsAsync(live));
    }

    [Fact]
    public async Task Pages_of_marathon_lb_are_on_the_stats_port()
    {
        await using var live = await LiveLoadBalancer.StartAsync();

        Assert.Contains("Statistics Report for pid", await live.GetAsync("haproxy?stats"), StringComparison.Ordinal);
        Assert.StartsWith("# pxname,svname,", await live.GetAsync("haproxy?stats;csv"), StringComparison.Ordinal);
        Assert.Contains("200 OK", await live.GetAsync("_haproxy_health_check"), StringComparison.Ordinal);
        Assert.StartsWith("global\n", await live.GetAsync("_haproxy_getconfig"), StringComparison.Ordinal);
        Assert.Equal("Sent SIGHUP signal to marathon-lb", await live.GetAsync("_mlb_signal/hup"));
        Assert.Equal("Sent SIGUSR1 signal to marathon-lb", await live.GetAsync("_mlb_signal/usr1"));
        Assert.Contains("haproxy_process_nbthread", await live.GetAsync("metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drained_task_is_in_MAINT_and_gets_no_requests()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        var (blue, green) = (await live.ServeAsync("blue"), await live.ServeAsync("green"));

        live.Marathon!.Publish(
            Apps.Colour("blue", 1, Apps.Task("web-blue.1", blue)).Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", "1"),
            Apps.Colour("green", 2, Apps.Task("web-green.1", green)).Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", "1"));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(blue), "MAINT"), (LiveLoadBalancer.ServerAt(green), "UP"));

        for (var i = 0; i < 10; i++)
        {
            using var answer = await live.GetServiceAsync("/");
            Assert.Equal("version green\n", await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_server_without_a_check_that_was_drained_once_stays_down_when_it_comes_back()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        var blue = Apps.Colour("blue", 1, Apps.Task("web-blue.1", 31000)).With(app => app["healthChecks"]!.AsArray().Clear());
        var green = Apps.Colour("green", 2, Apps.Task("web-green.1", 31001)).With(app => app["healthChecks"]!.AsArray().Clear())
            .Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", "1");

        live.Marathon!.Publish(blue);
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
        live.Marathon.Publish(blue, green);
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "MAINT"), (LiveLoadBalancer.ServerAt(31001), "no check"));
        live.Marathon.Publish(blue);

        // The state saved while it was disabled says "stopped", and nothing checks it up again.
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "DOWN"));
    }

    [Fact]
    public async Task Server_state_is_carried_over_a_reload()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        var server = LiveLoadBalancer.ServerAt(31000);
        await live.UntilStatusAsync("web_10000", (server, "no check"));

        await StatsSocket.AskAsync(live.Instance.AdminSocket!, $"set server web_10000/{server} state drain", Cancellation);
        var before = await ReloadsAsync(live);
        await live.GetAsync("_mlb_signal/usr1");
        await LiveLoadBalancer.Until(async () => await ReloadsAsync(live) > before, "HAProxy has reloaded");

        await live.UntilStatusAsync("web_10000", (server, "DRAIN"));
    }

    [Fact]
    public async Task Reloads_under_load_lose_no_request()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        var ports = new[] { await live.ServeAsync("1"), await live.ServeAsync("2"), await live.ServeAsync("3") };
        live.Marathon!.Publish(Web(ports[0]));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(ports[0]), "no check"));

        var output = new StringWriter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var load = LoadCommand.RunAsync(
            new LoadOptions { Urls = [live.ServiceUri], Rate = 150, SlowRate = 5, SlowMilliseconds = 700, Duration = TimeSpan.FromSeconds(60) },
            output, TimeProvider.System, stop.Token);
        for (var round = 0; round < 8; round++)
        {
            var shown = round % 2 == 0 ? ports : [ports[round % 3]];
            live.Marathon.Publish(Web(shown));
            await live.UntilStatusAsync("web_10000", [.. shown.Select(port => (LiveLoadBalancer.ServerAt(port), "no check"))]);
        }

        await stop.CancelAsync();
        Assert.True(await load == 0, output.ToString());
        Assert.Contains("\"final\":true", output.ToString(), StringComparison.Ordinal);

        static System.Text.Json.Nodes.JsonObject Web(params int[] ports) =>
            Apps.Host("/web", 10000, [.. ports.Select(port => Apps.Task($"web.{port}", port))]).Label("HAPROXY_0_MODE", "http");
    }

    [Fact]
    public async Task An_app_that_HAProxy_refuses_is_left_out_and_the_others_are_served()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Publish(
            Apps.Host("/bad", 10001, Apps.Task("bad.1", 31001)).Label("HAPROXY_0_BALANCE", "nonsense"),
            Apps.Host("/good", 10002, Apps.Task("good.1", 31002)));

        await live.UntilStatusAsync("good_10002", (LiveLoadBalancer.ServerAt(31002), "no check"));
        Assert.Empty(await live.StatusAsync("bad_10001"));
    }

    [Fact]
    public async Task Broken_labels_keep_the_configuration_as_it_is_until_they_are_mended()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        var good = Apps.Host("/good", 10002, Apps.Task("good.1", 31002));
        live.Marathon!.Publish(good);
        await live.UntilStatusAsync("good_10002", (LiveLoadBalancer.ServerAt(31002), "no check"));
        var (config, reads) = (await live.GetAsync("_haproxy_getconfig"), live.Marathon.Reads);

        live.Marathon.Publish(Apps.Host("/bad", 10001, Apps.Task("bad.1", 31001)).Label("HAPROXY_0_PORT", "web"));
        await LiveLoadBalancer.Until(() => Task.FromResult(live.Marathon.Reads > reads), "Marathon was read");
        Assert.Equal(config, await live.GetAsync("_haproxy_getconfig"));

        live.Marathon.Publish(Apps.Host("/new", 10003, Apps.Task("new.1", 31003)));
        await live.UntilStatusAsync("new_10003", (LiveLoadBalancer.ServerAt(31003), "no check"));
    }

    [Fact]
    public async Task The_hup_page_makes_it_read_Marathon_without_an_event()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Set(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        Assert.Empty(await live.StatusAsync("web_10000"));

        await live.GetAsync("_mlb_signal/hup");
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
    }

    [Fact]
    public async Task It_starts_without_Marathon_and_takes_up_its_apps_when_it_comes()
    {
        await using var live = await LiveLoadBalancer.StartAsync(withMarathon: false);
        Assert.Equal(2, (await live.PidsAsync()).Length);

        await live.StartMarathonAsync();
        live.Marathon!.Set(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));
    }

    [Fact]
    public async Task It_keeps_serving_while_Marathon_is_away_and_reads_it_again_when_it_is_back()
    {
        await using var live = await LiveLoadBalancer.StartAsync();
        live.Marathon!.Publish(Apps.Host("/web", 10000, Apps.Task("web.1", 31000)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31000), "no check"));

        await live.Marathon.DisposeAsync();
        Assert.Single(await live.StatusAsync("web_10000"));
        await live.StartMarathonAsync();
        live.Marathon.Set(Apps.Host("/web", 10000, Apps.Task("web.2", 31002)));
        await live.UntilStatusAsync("web_10000", (LiveLoadBalancer.ServerAt(31002), "no check"));
    }

    private static async Task<int> ReloadsAsync(LiveLoadBalancer live)
    {
        var text = "";
        await LiveLoadBalancer.Until(
            async () =>
            {
                try
                {
                    text = await StatsSocket.AskAsync(live.Instance.MasterSocket!, "show proc", Cancellation);
                    return text.Contains(" master ", StringComparison.Ordinal);
                }
                catch (Exception e) when (e is SocketException or IOException)
                {
                    return false; // The master opens its socket anew at a reload.
                }
            },
            "the master answers");

        // <PID> <type> <reloads> <uptime> <version>
        var master = text.Split('\n').First(line => line.Contains(" master ", StringComparison.Ordinal));
        return int.Parse(master.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
