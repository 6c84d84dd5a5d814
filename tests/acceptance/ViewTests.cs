using System.Text.Json.Nodes;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>What an operator sees on a terminal of 120 columns.</summary>
public sealed class ViewTests : MarathonTest
{
    [Fact]
    public void Apps_are_a_table_with_colours_and_counts()
    {
        Marathon.Add("/shop-blue", 4, change: app =>
        {
            app["labels"] = new JsonObject { ["HAPROXY_DEPLOYMENT_GROUP"] = "shop", ["HAPROXY_DEPLOYMENT_COLOUR"] = "blue" };
            app["container"] = new JsonObject { ["docker"] = new JsonObject { ["image"] = "shop:1" } };
        });
        Marathon.Add("/shop-green", 4, running: 1, change: app => app["deployments"] = new JsonArray(new JsonObject { ["id"] = "d-1" }));
        Marathon.Add("/worker", 0, change: app => app.Remove("healthChecks"));
        Equal(
            """

            Id                         Colour Wanted Running Healthy State     Ports        Group          Runs
            --                         ------ ------ ------- ------- -----     -----        -----          ----
            /shop-blue                 blue        4       4       4 Running   10000        shop           shop:1
            /shop-green                            4       1       1 Deploying 10000                       serve
            /worker                                0       0       - Suspended 10000                       serve

            """,
            Shell.Render("Get-MarathonApp"));
    }

    [Fact]
    public void Tasks_are_a_table_with_ids_that_can_be_told_apart()
    {
        Marathon.Add("/shop", 2);
        Equal(
            """

            Task                           App                    State           Health    Host             Ports              Age
            ----                           ---                    -----           ------    ----             -----              ---
            shop.00000001                  /shop                  TASK_RUNNING    Healthy   10.0.6.25        31001
            shop.00000002                  /shop                  TASK_RUNNING    Healthy   10.0.6.25        31002

            """,
            Shell.Render("Get-MarathonTask"));
    }

    [Fact]
    public void Findings_wrap_so_that_their_messages_can_be_read()
    {
        var shown = Shell.Render("Test-BlueGreenApp -Path $args[0] -Detailed", Path.Combine(BuiltModule.Root, "examples", "myapp.json"));
        Assert.Contains("Severity    Id                       Message", shown, StringComparison.Ordinal);
        Assert.Contains("Error       NoHealthChecks           The app has no health checks that Marathon sees.", shown, StringComparison.Ordinal);
        Assert.All(shown.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public void Every_type_that_comes_out_has_a_table_and_a_list()
    {
        const string Script = """
            Get-Command -Module BlueGreen | ForEach-Object { $_.OutputType.Name } | Where-Object { $_ -like 'BlueGreen.*' }
            """;
        var types = Shell.Run(Script).ThrowIfFailed().Output.Select(o => o.ToString()).Distinct().ToList();
        var views = System.Xml.Linq.XDocument.Load(Path.Combine(BuiltModule.Folder, "BlueGreen.Format.ps1xml")).Descendants("View").ToList();
        Assert.NotEmpty(types);
        Assert.All(types, type =>
        {
            var ofType = views.Where(view => view.Descendants("TypeName").Any(name => name.Value == type)).ToList();
            Assert.Contains(ofType, view => view.Element("TableControl") is not null);
            Assert.Contains(ofType, view => view.Element("ListControl") is not null);
        });
    }

    [Fact]
    public void Every_member_that_a_view_names_is_there()
    {
        Shell.Run("Get-MarathonApp").ThrowIfFailed();
        var types = AppDomain.CurrentDomain.GetAssemblies().Where(a => a.GetName().Name is "BlueGreen" or "BlueGreen.Engine").SelectMany(a => a.GetExportedTypes())
            .ToDictionary(t => t.FullName!);
        var document = System.Xml.Linq.XDocument.Load(Path.Combine(BuiltModule.Folder, "BlueGreen.Format.ps1xml"));
        foreach (var view in document.Descendants("View"))
        {
            var type = types[view.Descendants("TypeName").Single().Value];
            var named = view.Descendants("PropertyName").Select(name => name.Value)
                .Concat(view.Descendants("ScriptBlock").SelectMany(script =>
                    System.Text.RegularExpressions.Regex.Matches(script.Value, @"\$_\.(\w+)").Select(match => match.Groups[1].Value)));
            Assert.All(named.Where(name => !IsOfAnother(view, name)), name => Assert.True(type.GetProperty(name) is not null, $"{type.Name} has no {name}."));
        }

        // Inside a nested ForEach-Object the variable is another one.
        static bool IsOfAnother(System.Xml.Linq.XElement view, string name) =>
            view.Descendants("ScriptBlock").Any(s => s.Value.Contains("ForEach-Object", StringComparison.Ordinal) && s.Value.Contains("$_." + name, StringComparison.Ordinal));
    }

    private static void Equal(string expected, string shown) => Assert.Equal(Trim(expected), Trim(shown));

    private static string Trim(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim('\n');
}
