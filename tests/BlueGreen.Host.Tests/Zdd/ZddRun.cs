using System.Text.RegularExpressions;
using BlueGreen.Zdd;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>The drop-in run to its end in this process, with an app file of its own.</summary>
internal sealed partial record ZddRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Of the kind that zdd.py reads too: it stumbles over <c>portDefinitions</c>.</summary>
    public const string App = """
        {"id": "nginx", "instances": 3, "cpus": 0.10, "mem": 65, "args": null, "env": {"B": "\u00fc", "A": "1"},
         "container": {"type": "DOCKER", "docker": {"image": "nginx", "network": "BRIDGE",
          "portMappings": [{"hostPort": 0, "containerPort": 8080, "servicePort": 10000}]}},
         "healthChecks": [{"protocol": "HTTP", "path": "/", "portIndex": 0}],
         "labels": {"HAPROXY_DEPLOYMENT_GROUP": "nginx", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001", "HAPROXY_GROUP": "external"}}
        """;

    /// <summary>The output with the time taken out.</summary>
    public string TimelessOutput => StartedAt().Replace(Output, "$1<time>");

    public static Task<ZddRun> Of(string marathon, string app, params string[] arguments) => Of(marathon, app, "", arguments);

    public static async Task<ZddRun> Of(string marathon, string app, string typed, string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, app, TestContext.Current.CancellationToken);
            var (output, errors) = (new StringWriter(), new StringWriter());
            string[] words = ["-m", marathon, "-l", "http://127.0.0.1:1", "-j", file, "--syslog-socket", "/dev/null", .. arguments];
            var exitCode = await ZddCommand.RunAsync(words, new StringReader(typed), output, errors);
            return new ZddRun(exitCode, output.ToString(), errors.ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("""("HAPROXY_DEPLOYMENT_STARTED_AT": ")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?=")""")]
    private static partial Regex StartedAt();
}
