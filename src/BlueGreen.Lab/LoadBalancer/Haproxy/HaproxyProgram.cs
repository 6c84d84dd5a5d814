using System.ComponentModel;
using System.Diagnostics;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>Starts the HAProxy program with the environment that the configuration's Lua services need.</summary>
internal sealed class HaproxyProgram(LoadBalancerOptions options, HaproxyPaths paths, ILogger logger)
{
    /// <summary>Starts HAProxy; its output goes to the log line by line, and to <paramref name="output"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no such program.</exception>
    public Process Start(IEnumerable<string> arguments, Action<string>? output = null)
    {
        var start = new ProcessStartInfo(options.HaproxyProgram, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = paths.WorkDirectory,
            Environment =
            {
                ["BLUEGREEN_LB_CONFIG"] = paths.Config,
                ["BLUEGREEN_LB_CONTROL"] = paths.ControlSocket,
                ["BLUEGREEN_LB_MODE"] = options.MasterWorker ? "master-worker" : "single",
            },
        };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            process.OutputDataReceived += (_, line) => Take(line.Data);
            process.ErrorDataReceived += (_, line) => Take(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                $"HAProxy cannot be started as '{options.HaproxyProgram}': {e.Message}. On Debian it comes by 'apt-get install haproxy'.", e);
        }

        void Take(string? line)
        {
            if (string.IsNullOrEmpty(line))
                return;
            logger.LogDebug("{Line}", line);
            output?.Invoke(line);
        }
    }

    /// <summary>Whether HAProxy takes this configuration (<c>-c</c>); its complaints go to the log.</summary>
    public async Task<bool> AcceptsAsync(string configFile, CancellationToken cancellation)
    {
        var complaints = new List<string>();
        using var process = Start(["-c", "-f", configFile], line =>
        {
            lock (complaints)
                complaints.Add(line);
        });
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        if (process.ExitCode == 0)
            return true;
        lock (complaints)
            logger.LogWarning("HAProxy refuses the configuration: {Complaints}", string.Join(" | ", complaints));
        return false;
    }
}
