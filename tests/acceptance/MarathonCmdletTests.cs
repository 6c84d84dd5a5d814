using System.Management.Automation;
using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class MarathonCmdletTests : MarathonTest
{
    [Theory]
    [InlineData("shop*", "/shop-blue", "/shop-green")]
    [InlineData("/shop-b*", "/shop-blue")]
    [InlineData("SHOP-BLUE*", "/shop-blue")]
    [InlineData("test/web", "/test/web")]
    [InlineData("*", "/shop-blue", "/shop-green", "/test/web")]
    [InlineData("nothing*")]
    public void Ids_take_wildcards_and_need_no_leading_slash(string id, params string[] expected)
    {
        AddThree();
        Assert.Equal(expected, Shell.Run("Get-MarathonApp $args[0]", id).Get<string>("Id"));
    }

    [Fact]
    public void Of_several_ids_the_missing_ones_are_errors_and_the_others_come_out()
    {
        AddThree();
        var outcome = Shell.Run("Get-MarathonApp nowhere, shop-blue");
        Assert.Equal("/shop-blue", Assert.Single(outcome.Output).Properties["Id"].Value);
        Assert.Equal("AppNotFound", outcome.ErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, outcome.Error.CategoryInfo.Category);
        Assert.Equal("/nowhere", outcome.Error.TargetObject);
        Assert.Contains("Get-MarathonApp", outcome.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Apps_are_found_by_their_deployment_group()
    {
        AddThree();
        Assert.Equal(["/shop-blue"], Shell.Run("Get-MarathonApp -DeploymentGroup sho?").Get<string>("Id"));
    }

    [Fact]
    public void WhatIf_changes_nothing_and_names_cluster_and_change()
    {
        AddThree();
        var shown = Shell.Render("""
            Set-MarathonApp shop-blue -Instances 4 -WhatIf
            Set-MarathonApp shop-blue -Label @{ owner = 'zeus' } -WhatIf
            New-MarathonApp -Definition @{ id = '/new'; cmd = 'x' } -WhatIf
            Remove-MarathonApp shop* -WhatIf
            Get-MarathonTask shop-blue | Stop-MarathonTask -Scale -WhatIf
            Undo-MarathonDeployment d-1 -WhatIf
            """);
        Assert.Empty(Marathon.Changes);
        Assert.Contains($"\"Scale from 2 to 4 instances\" on target \"/shop-blue on {Marathon.Uri}", shown, StringComparison.Ordinal);
        Assert.Contains("\"Change label, which restarts its tasks\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"Create with 1 instance\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"Remove with 3 instances\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"Kill 2 tasks and scale down by 2\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"Roll back, which can kill the tasks that it started\"", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_sends_the_number_and_nothing_else()
    {
        AddThree();
        var app = Shell.Run("Get-MarathonApp shop-blue | Set-MarathonApp -Instances 4 -PassThru").Single;
        Assert.Equal(4, app.Properties["Instances"].Value);
        Assert.Equal("""PUT /v2/apps/shop-blue {"instances":4}""", Assert.Single(Marathon.Changes));
    }

    [Fact]
    public void A_change_sends_only_the_members_that_differ_each_of_them_whole()
    {
        AddThree();
        Shell.Run("Set-MarathonApp shop-blue -Label @{ owner = 'zeus' } -Set @{ 'upgradeStrategy.minimumHealthCapacity' = 0.5 }").ThrowIfFailed();
        var change = Assert.Single(Marathon.Changes);
        var sent = JsonNode.Parse(change["PUT /v2/apps/shop-blue ".Length..])!;
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"labels":{"HAPROXY_DEPLOYMENT_GROUP":"shop","owner":"zeus"},"upgradeStrategy":{"minimumHealthCapacity":0.5}}"""), sent), change);
    }

    [Fact]
    public void Nothing_to_change_is_an_error_before_anything_is_asked() =>
        Assert.Equal("NothingToChange", Shell.Run("Set-MarathonApp shop-blue").ErrorId);

    [Fact]
    public void An_app_that_is_there_already_is_an_error_with_its_category()
    {
        AddThree();
        var outcome = Shell.Run("New-MarathonApp -Definition @{ id = '/shop-blue'; cmd = 'x' }");
        Assert.Equal(ErrorCategory.ResourceExists, outcome.Error.CategoryInfo.Category);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_about_that_file()
    {
        var outcome = Shell.Run("New-MarathonApp -Path /nowhere/app.json");
        Assert.Equal("FileNotFound", outcome.ErrorId);
        Assert.Equal("/nowhere/app.json", outcome.Error.TargetObject);
    }

    [Fact]
    public void Nobody_is_asked_where_nothing_dies_and_the_user_is_where_tasks_do()
    {
        AddThree();
        Shell.Terminal.Answers.Enqueue("N");
        Shell.Terminal.Answers.Enqueue("Y");
        Shell.Run("Set-MarathonApp shop-blue 3; Remove-MarathonApp shop-green; Remove-MarathonApp test/web").ThrowIfFailed();
        Assert.Equal(2, Shell.Terminal.Questions.Count);
        Assert.Equal(["PUT /v2/apps/shop-blue {\"instances\":3}", "DELETE /v2/apps/test/web"], Marathon.Changes);
    }

    [Fact]
    public void Where_nobody_can_be_asked_the_error_names_the_switch_that_answers()
    {
        AddThree();
        var outcome = Shell.Run("Remove-MarathonApp shop-green");
        Assert.Equal("ConfirmationNeeded", outcome.ErrorId);
        Assert.Contains("-Force", outcome.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Marathon.Changes);
        Shell.Run("Remove-MarathonApp shop-green -Force").ThrowIfFailed();
        Assert.Equal(["DELETE /v2/apps/shop-green"], Marathon.Changes);
    }

    [Fact]
    public void Tasks_from_the_pipeline_are_killed_in_one_call_an_app()
    {
        AddThree();
        Shell.Run("Get-MarathonTask shop* | Stop-MarathonTask -Scale -Force").ThrowIfFailed();
        Assert.Equal(2, Marathon.Changes.Count);
        Assert.All(Marathon.Changes, change => Assert.StartsWith("POST /v2/tasks/delete?scale=true", change, StringComparison.Ordinal));
        Assert.Equal(2, Marathon.Changes[0].Split("instance-").Length - 1);
    }

    [Fact]
    public void A_task_that_is_gone_is_an_error_and_not_left_out_silently()
    {
        AddThree();
        var outcome = Shell.Run("Stop-MarathonTask shop-blue.gone -Force");
        Assert.Equal("TaskNotFound", outcome.ErrorId);
        Assert.Empty(Marathon.Changes);
    }

    [Fact]
    public void Each_app_that_does_not_get_ready_is_an_error_of_its_own_with_the_reason()
    {
        AddThree();
        Marathon.Add("/slow", 3, running: 1);
        Marathon.Add("/sick", 1, change: app =>
        {
            app["tasksHealthy"] = 0;
            app["tasksUnhealthy"] = 1;
            app["lastTaskFailure"] = new JsonObject { ["message"] = "exit 1" };
        });
        var outcome = Shell.Run("Get-MarathonApp s* | Wait-MarathonApp -TimeoutSec 1");
        Assert.Equal(["/shop-blue", "/shop-green"], outcome.Output.Select(o => (string)o.Properties["Id"].Value).Order());
        Assert.Equal(["/sick", "/slow"], outcome.Errors.Select(e => (string)e.TargetObject).Order());
        Assert.All(outcome.Errors, e => Assert.Equal(ErrorCategory.OperationTimeout, e.CategoryInfo.Category));
        Assert.Contains(outcome.Errors, e => e.ToString().Contains("1 of 3 running", StringComparison.Ordinal));
        Assert.Contains(outcome.Errors, e => e.ToString().Contains("0 of 1 healthy, 1 unhealthy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wait_ends_as_soon_as_Marathon_tells_of_the_change()
    {
        Marathon.Add("/slow", 2, running: 1);
        var waiting = Task.Run(() => Shell.Run("Wait-MarathonApp slow -TimeoutSec 30"), TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync(() => Marathon.Listeners == 1, "the wait listens");
        var began = DateTime.UtcNow;
        Marathon.Add("/slow", 2);
        Marathon.Tell("status_update_event", new JsonObject { ["appId"] = "/slow" });
        Assert.Equal("/slow", (await waiting).Single.Properties["Id"].Value);
        Assert.True(DateTime.UtcNow - began < TimeSpan.FromSeconds(3), "The wait did not wake at the event.");
    }

    [Fact]
    public void Deployments_come_by_app_and_one_that_does_not_end_in_time_is_an_error()
    {
        Marathon.Deployments.Add(new JsonObject
        {
            ["id"] = "d-7", ["version"] = "v", ["affectedApps"] = new JsonArray("/shop-green"), ["currentStep"] = 1, ["totalSteps"] = 2,
            ["currentActions"] = new JsonArray(new JsonObject { ["action"] = "ScaleApplication", ["app"] = "/shop-green" }),
        });
        Assert.Equal(["d-7"], Shell.Run("Get-MarathonDeployment -AppId shop*").Get<string>("Id"));
        Assert.Empty(Shell.Run("Get-MarathonDeployment -AppId other").ThrowIfFailed().Output);
        Assert.Equal("DeploymentNotFound", Shell.Run("Get-MarathonDeployment d-8").ErrorId);
        Assert.Equal("DeploymentNotFinished", Shell.Run("Get-MarathonDeployment | Wait-MarathonDeployment -TimeoutSec 1").ErrorId);
        Shell.Run("Wait-MarathonDeployment d-8").ThrowIfFailed();
        Shell.Run("Get-MarathonDeployment | Undo-MarathonDeployment -Force; Undo-MarathonDeployment d-7 -NoRollback").ThrowIfFailed();
        Assert.Equal(["DELETE /v2/deployments/d-7", "DELETE /v2/deployments/d-7?force=true"], Marathon.Changes);
    }

    [Fact]
    public void Ids_and_groups_complete_from_what_was_seen_and_never_ask_the_cluster()
    {
        AddThree();
        Assert.DoesNotContain(Shell.Complete("Get-MarathonApp sho"), c => c.StartsWith('/'));
        Shell.Run("Get-MarathonApp").ThrowIfFailed();
        Assert.Equal(["/shop-blue", "/shop-green"], Shell.Complete("Get-MarathonApp sho"));
        Assert.Equal(["shop"], Shell.Complete("Get-DeploymentGroup "));
        Assert.Equal(["small"], Shell.Complete("Get-MarathonApp -Session "));
    }

    private void AddThree()
    {
        Marathon.Add("/shop-blue", 2, change: app => app["labels"] = new JsonObject { ["HAPROXY_DEPLOYMENT_GROUP"] = "shop" });
        Marathon.Add("/shop-green", 3);
        Marathon.Add("/test/web", 1);
    }
}
