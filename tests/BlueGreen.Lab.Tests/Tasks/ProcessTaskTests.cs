using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Tasks;

public sealed class ProcessTaskTests
{
    [Fact]
    public async Task A_task_sees_what_Marathon_tells_it()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/shop/web")
            .With("cmd", "env > seen; exec sleep 1000")
            .With("ports", new JsonArray(15000, 0))
            .With("mem", 64)
            .With("env", new JsonObject { ["MINE"] = "a 'b' $c" })
            .With("labels", new JsonObject { ["my-label"] = "x" }));

        var task = app["tasks"]![0]!;
        var seen = await ReadAsync(marathon, task, "seen");

        var ports = task["ports"]!.AsArray().Select(p => p!.Int()).ToList();
        foreach (var line in new[]
        {
            $"PORT={ports[0]}", $"PORT0={ports[0]}", $"PORT1={ports[1]}", $"PORTS={ports[0]},{ports[1]}", $"PORT_15000={ports[0]}", "HOST=127.0.0.1",
            "MARATHON_APP_ID=/shop/web", $"MARATHON_APP_VERSION={app.Text("version")}", $"MESOS_TASK_ID={task.Text("id")}",
            "MARATHON_APP_RESOURCE_MEM=64", "MARATHON_APP_LABELS=MY_LABEL", "MARATHON_APP_LABEL_MY_LABEL=x", "MINE=a 'b' $c",
            $"MESOS_SANDBOX={Path.Combine(marathon.Sandbox, task.Text("id")!)}",
        })
        {
            Assert.Contains(line, seen.Split('\n'));
        }
    }

    [Fact]
    public async Task Output_lands_in_the_sandbox()
    {
        await using var marathon = await TestMarathon.StartAsync();

        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("cmd", "echo out; echo err >&2; exec sleep 1000"));

        Assert.Equal("out\n", await ReadAsync(marathon, app["tasks"]![0]!, "stdout"));
        Assert.Equal("err\n", await ReadAsync(marathon, app["tasks"]![0]!, "stderr"));
    }

    [Fact]
    public async Task Arguments_run_a_program_without_a_shell()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = new JsonObject { ["id"] = "/a", ["args"] = new JsonArray("/bin/sh", "-c", "echo \"$0 $1\"; exec sleep 1000", "one", "$HOME") };

        var task = (await marathon.RunAsync(app))["tasks"]![0]!;

        Assert.Equal("one $HOME\n", await ReadAsync(marathon, task, "stdout"));
    }

    [Fact]
    public async Task A_task_may_finish_its_work_after_SIGTERM()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/a")
            .With("cmd", "trap 'echo finishing; sleep 0.3; echo done; exit 0' TERM; echo ready; sleep 1000 & wait")
            .With("taskKillGracePeriodSeconds", 20));
        await ReadAsync(marathon, app["tasks"]![0]!, "stdout");

        await marathon.DeployedAsync(await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 0 }));

        Assert.Equal("ready\nfinishing\ndone\n", await ReadAsync(marathon, app["tasks"]![0]!, "stdout"));
    }

    [Fact]
    public async Task A_task_that_ignores_SIGTERM_is_killed_after_its_grace_period()
    {
        await using var marathon = await TestMarathon.StartAsync();
        using var events = new StreamReader(await marathon.OpenEventsAsync("?event_type=status_update_event"));
        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("cmd", "trap '' TERM; echo ready; while :; do sleep 1; done").With("taskKillGracePeriodSeconds", 1));
        await ReadAsync(marathon, app["tasks"]![0]!, "stdout");

        await marathon.PutAsync("/v2/apps/a", new JsonObject { ["instances"] = 0 });
        var dying = await StatusAsync(events, "TASK_KILLING");
        Assert.Equal("TASK_KILLING", (await marathon.TasksAsync("a")).Single().Text("state"));
        var dead = await StatusAsync(events, "TASK_KILLED");

        Assert.Equal("Command terminated with signal Killed", dead.Text("message"));
        Assert.InRange((Time(dead) - Time(dying)).TotalSeconds, 0.9, 10);

        static DateTimeOffset Time(JsonObject status) => Timestamps.Parse(status.Text("timestamp")!);
    }

    [Fact]
    public async Task What_a_task_leaves_running_goes_with_it()
    {
        await using var marathon = await TestMarathon.StartAsync();
        var app = await marathon.RunAsync(Apps.Sleeping("/a").With("cmd", "sleep 1000 & echo $! > child; wait"));
        var child = (await ReadAsync(marathon, app["tasks"]![0]!, "child")).Trim();
        Assert.True(Directory.Exists($"/proc/{child}"));

        await marathon.DeployedAsync(await marathon.DeleteAsync("/v2/apps/a"));

        await Eventually.IsTrueAsync(() => !Directory.Exists($"/proc/{child}"), "the child is gone");
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_a_failed_task()
    {
        await using var marathon = await TestMarathon.StartAsync();
        await marathon.PostAsync("/v2/apps", new JsonObject { ["id"] = "/a", ["args"] = new JsonArray("/no/such/program"), ["backoffSeconds"] = 60 });

        var app = await marathon.AppAsync("a", a => a["lastTaskFailure"] is not null, "the task fails");

        Assert.Equal("Command exited with status 127", app["lastTaskFailure"].Text("message"));
        Assert.Contains("/no/such/program", await File.ReadAllTextAsync(
            Path.Combine(marathon.Sandbox, app["lastTaskFailure"].Text("taskId")!, "stderr"), TestContext.Current.CancellationToken));
    }

    private static async Task<JsonObject> StatusAsync(StreamReader events, string status)
    {
        while (true)
        {
            var (_, data) = await Sse.NextAsync(events);
            if (data.Text("taskStatus") == status) return data;
        }
    }

    private static Task<string> ReadAsync(TestMarathon marathon, JsonNode task, string file) => Eventually.GetAsync(
        async () =>
        {
            var path = Path.Combine(marathon.Sandbox, task.Text("id")!, file);
            var text = File.Exists(path) ? await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken) : "";
            return text.EndsWith('\n') ? text : null;
        },
        $"{file} is written");
}
