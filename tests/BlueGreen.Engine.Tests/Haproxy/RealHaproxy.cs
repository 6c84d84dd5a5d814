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
    private readonly Process _master;
    private readonly string _auth;

    /// <param name="backends">The part of the configuration with the backends.</param>
    /// <param name="user">User and password of the statistics, with a colon in between; null for none.</param>
    public RealHaproxy(string backends, string? user = null)
    {
        _auth = user is null ? "" : $"stats auth {user}";
        (Stats, Frontend) = (FreePort(), FreePort());
        File.WriteAllText(Path.Combine(_folder, "pids.lua"), PidScript);
        Write(backends);
        var start = new ProcessStartInfo("haproxy", ["-W", "-f", Path.Combine(_folder, "haproxy.cfg")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        _master = Process.Start(start)!;
        _master.ErrorDataReceived += (_, _) => { };
        _master.OutputDataReceived += (_, _) => { };
        _master.BeginErrorReadLine();
        _master.BeginOutputReadLine();
    }

    public static bool IsInstalled => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "haproxy")));

    public int Stats { get; }

    public int Frontend { get; }

    public Uri StatsUri => new($"http://127.0.0.1:{Stats}");

    public int MasterPid => _master.Id;

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
                Assert.False(_master.HasExited, "HAProxy did not start.");
                await Task.Delay(20, token);
            }
        }
    }

    public void Reload(string backends)
    {
        Write(backends);
        _ = Kill(_master.Id, 12 /* SIGUSR2 */);
    }

    public void Dispose()
    {
        // The master ends its workers, old ones among them, on SIGTERM; SIGKILL would leave them behind.
        if (!_master.HasExited) _ = Kill(_master.Id, 15);
        if (!_master.WaitForExit(5000)) _master.Kill(entireProcessTree: true);
        _master.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(string backends) => File.WriteAllText(Path.Combine(_folder, "haproxy.cfg"), $$"""
        global
          lua-load {{_folder}}/pids.lua
        defaults
          mode http
          timeout connect 3s
          timeout client 30s
          timeout server 30s
        listen stats
          bind 127.0.0.1:{{Stats}}
          stats enable
          {{_auth}}
          acl getpid path /_haproxy_getpids
          http-request use-service lua.getpids if getpid
        frontend in
          bind 127.0.0.1:{{Frontend}}
          default_backend shop_20000
        {{backends}}

        """);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
