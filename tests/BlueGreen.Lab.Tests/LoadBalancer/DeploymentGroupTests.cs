using System.Text.Json.Nodes;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.Tests.LoadBalancer;

public class DeploymentGroupTests
{
    private static JsonObject[] Tasks(string colour, int count, int firstPort, bool? alive = true) =>
        [.. Enumerable.Range(0, count).Select(i => Apps.Task($"web-{colour}.{i}", firstPort + i, alive))];

    [Theory]
    [InlineData(4, 0, 4, "no new task is healthy")]
    [InlineData(4, 1, 4, "as many as healthy new tasks")]
    [InlineData(4, 4, 4, "all")]
    [InlineData(2, 4, 4, "not more than there are")]
    [InlineData(3, 1, 4, "none while the target would be missed")]
    [InlineData(3, 2, 4, "the surplus over the target")]
    public void Old_tasks_are_drained_by_healthy_new_tasks_and_target(int old, int healthyNew, int target, string why)
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", old, 31000));
        var green = Apps.Colour("green", 2, Tasks("green", healthyNew, 32000)).Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", $"{target}");

        var expected = Math.Min(old, Math.Min(healthyNew, Math.Max(0, healthyNew + old - target)));
        Assert.True(Rules.Drained(blue, green).SequenceEqual(Enumerable.Range(0, expected).Select(i => $"127_0_0_1_{31000 + i}")), why);
        Assert.Equal(Rules.Drained(blue, green), Rules.Drained(green, blue));
    }

    [Fact]
    public void The_first_old_tasks_by_id_are_drained_whatever_their_order()
    {
        var blue = Apps.Colour("blue", 1, Apps.Task("web-blue.c", 31003), Apps.Task("web-blue.a", 31001), Apps.Task("web-blue.b", 31002));
        var green = Apps.Colour("green", 2, Tasks("green", 1, 32000));

        Assert.Equal(["127_0_0_1_31001"], Rules.Drained(blue, green));
    }

    [Fact]
    public void Scaling_the_old_colour_turns_the_roles_round()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 2, 31000)).ScaledAt("2026-01-03T10:00:00.000Z");
        var green = Apps.Colour("green", 2, Tasks("green", 2, 32000));

        Assert.Equal(["127_0_0_1_32000", "127_0_0_1_32001"], Rules.Drained(blue, green));
    }

    [Fact]
    public void Scaling_times_do_not_matter_without_the_label_for_new_instances()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 2, 31000)).ScaledAt("2026-01-03T10:00:00.000Z");
        var green = Apps.Colour("green", 2, Tasks("green", 2, 32000)).With(app => app["labels"]!.AsObject().Remove("HAPROXY_DEPLOYMENT_NEW_INSTANCES"));

        Assert.Equal(["127_0_0_1_31000", "127_0_0_1_31001"], Rules.Drained(blue, green));
    }

    [Fact]
    public void Without_health_checks_the_wanted_number_counts_as_healthy_even_when_nothing_runs()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 4, 31000));
        var green = Apps.Colour("green", 2).Instances(4).With(app => app["healthChecks"] = new JsonArray());

        Assert.Equal(4, Rules.Drained(blue, green).Count());
    }

    [Fact]
    public void Only_the_app_read_last_is_asked_for_health_checks()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 2, 31000)).With(app => app["healthChecks"] = new JsonArray());
        var green = Apps.Colour("green", 2).Instances(2);

        Assert.Empty(Rules.Drained(blue, green));
        Assert.Equal(2, Rules.Drained(green, blue).Count());
    }

    [Fact]
    public void A_task_without_a_health_result_yet_does_not_count_as_healthy()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 2, 31000));
        var green = Apps.Colour("green", 2, Tasks("green", 2, 32000, alive: null));

        Assert.Empty(Rules.Drained(blue, green));
    }

    [Fact]
    public void Both_colours_become_one_backend_named_by_the_group_with_the_old_colours_labels()
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 1, 31000)).Label("HAPROXY_0_BALANCE", "leastconn");
        var green = Apps.Colour("green", 2, Tasks("green", 1, 32000)).Label("HAPROXY_DEPLOYMENT_GROUP", "web");

        var service = Assert.Single(Rules.Services(blue, green));
        Assert.Equal(("web_10000", "leastconn", 2), (service.BackendName, service.Balance, service.Backends.Count));
    }

    [Fact]
    public void A_third_app_of_a_group_is_merged_silently()
    {
        var service = Assert.Single(Rules.Services(
            Apps.Colour("a", 1, Tasks("a", 1, 31000)), Apps.Colour("b", 2, Tasks("b", 1, 32000)), Apps.Colour("c", 3, Tasks("c", 1, 33000))));

        Assert.Equal(3, service.Backends.Count);
    }

    [Fact]
    public void A_slash_in_the_groups_name_becomes_an_underscore()
    {
        var app = Apps.Colour("blue", 1, Tasks("blue", 1, 31000)).Label("HAPROXY_DEPLOYMENT_GROUP", "team/web");

        Assert.Equal("team_web_10000", Assert.Single(Rules.Services(app)).BackendName);
    }

    [Theory]
    [InlineData("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", "many")]
    [InlineData("HAPROXY_DEPLOYMENT_STARTED_AT", "yesterday")]
    [InlineData("HAPROXY_DEPLOYMENT_STARTED_AT", "2026-01-02T10:00:00Z")]
    [InlineData("HAPROXY_0_PORT", "http")]
    [InlineData("HAPROXY_0_AUTH", "realm:user")]
    public void A_broken_label_of_one_app_stops_the_update_of_all(string label, string value)
    {
        var blue = Apps.Colour("blue", 1, Tasks("blue", 1, 31000)).Label(label, value);
        var green = Apps.Colour("green", 2, Tasks("green", 1, 32000)).Label("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", value == "many" ? value : "1");

        var error = Assert.Throws<AppListException>(() => Rules.Services(Apps.Host("/other", 10001, Apps.Task("other.1", 33000)), blue, green));
        Assert.Contains("/web", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_app_without_a_target_but_with_new_instances_is_named_in_the_error()
    {
        var green = Apps.Colour("green", 2, Tasks("green", 1, 32000))
            .With(app => app["labels"]!.AsObject().Remove("HAPROXY_DEPLOYMENT_TARGET_INSTANCES"));

        var error = Assert.Throws<AppListException>(() => Rules.Services(Apps.Colour("blue", 1), green));
        Assert.Contains("'/web-green'", error.Message, StringComparison.Ordinal);
        Assert.Contains("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", error.Message, StringComparison.Ordinal);
    }
}
