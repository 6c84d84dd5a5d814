using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace BlueGreen.Engine.Tests.Haproxy;

/// <summary>
/// HAProxy in master-worker mode with a statistics port as marathon-lb's: reloaded by a signal, and naming its processes by a script.
/// </summary>
internal sealed class RealHaproxy : IDisposable
{
    private const string PidScript = """
        core.register_service("getpids", "http", function(applet)
          local self = io.open("/proc/self/stat"):read("*a")
          local master = self:match("%) %a (%d+)")
          local pids = master .. " " .. io.open("/proc/" .. master .. "/task/" .. master .. "/children"):read("*a")
          applet:set_status(200)
          applet:add_header("content-length", string.len(pids))
          applet:add_header("content-type", "text/plain")
          applet:start_response()
          applet:send(pids)
        end)
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("haproxy-test-").FullName;
    private readonly bool _hasMaster;
    private readonly string _auth;
    private readonly List<Process> _started = [];

    /// <param name="backends">The part of the configuration with the backends.</param>
    /// <param name="user">User and password of the statistics, with a colon in between; null for none.</param>
    /// <param name="hasMaster">False for a HAProxy that each reload replaces by a new one.</param>
    public RealHaproxy(string backends, string? user = null, bool hasMaster = true)
    {
        _auth = user is null ? "" : $"stats auth {user}";
        _hasMaster = hasMaster;
        (Stats, Frontend) = (FreePort(), FreePort());
        File.WriteAllText(Path.Combine(_folder, "pids.lua"), hasMaster ? PidScript : FileScript(Path.Combine(_folder, "pids")));
        Write(backends);
        Start(hasMaster ? ["-W", "-S", Path.Combine(_folder, "master.sock")] : ["-db"]);
    }

    public static bool IsInstalled => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "haproxy")));

    public int Stats { get; }

    public int Frontend { get; }

    public Uri StatsUri => new($"http://127.0.0.1:{Stats}");

    public int MasterPid => _started[0].Id;

    public string AdminSocket => $"unix:{_folder}/admin.sock";

    public string MasterSocket => $"unix:{_folder}/master.sock";

    public async Task WaitUntilReadyAsync(CancellationToken token)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Stats, token);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_started[^1].HasExited, "HAProxy did not start.");
                await Task.Delay(20, token);
            }
        }
    }

    public void Reload(string backends)
    {
        Write(backends);
        if (_hasMaster) _ = Kill(MasterPid, 12 /* SIGUSR2 */);
        else Start(["-db", "-x", Path.Combine(_folder, "admin.sock"), "-sf", .. _started.Where(p => !p.HasExited).Select(p => $"{p.Id}")]);
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            // The master ends its workers, old ones among them, on SIGTERM; SIGKILL would leave them behind.
            if (!process.HasExited) _ = Kill(process.Id, 15);
            if (!process.WaitForExit(5000)) process.Kill(entireProcessTree: true);
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Without a master nobody but the starter knows all processes.</summary>
    private static string FileScript(string file) => $$"""
        core.register_service("getpids", "http", function(applet)
          local pids = ""
          for pid in io.lines("{{file}}") do
            local stat = io.open("/proc/" .. pid .. "/stat")
            if stat and not stat:read("*a"):match("%) Z") then pids = pids .. " " .. pid end
          end
          applet:set_status(200)
          applet:add_header("content-length", string.len(pids))
          applet:start_response()
          applet:send(pids)
        end)
        """;

    private void Start(string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("haproxy", [.. arguments, "-f", Path.Combine(_folder, "haproxy.cfg")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _started.Add(process);
        File.WriteAllLines(Path.Combine(_folder, "pids"), _started.Select(p => $"{p.Id}"));
    }

    private void Write(string backends) => File.WriteAllText(Path.Combine(_folder, "haproxy.cfg"), $$"""
        global
          lua-load {{_folder}}/pids.lua
          stats socket {{_folder}}/admin.sock level admin expose-fd listeners
        defaults
          mode http
          timeout connect 3s
          timeout client 30s
          timeout server 30s
        listen stats
          bind 127.0.0.1:{{Stats}}
          stats enable
          {{_auth}}
          http-request use-service prometheus-exporter if { path /metrics }
          acl getpid path /_haproxy_getpids
          http-request use-service lua.getpids if getpid
        frontend shop_20000
          bind 127.0.0.1:{{Frontend}}
          default_backend shop_20000
        {{backends}}

        """);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
