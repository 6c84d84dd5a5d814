using System.Diagnostics;
using System.Net.Sockets;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>
/// A HAProxy in master-worker mode: started, reloaded with its servers' state carried over, started again when it dies
/// (as runit does in marathon-lb's container), and ended with all its workers.
/// </summary>
internal sealed class HaproxyMaster : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly HaproxyProgram _program;
    private readonly HaproxyPaths _paths;
    private readonly LoadBalancerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _firstLines = [];
    private Process _process;
    private Task _supervising = Task.CompletedTask;

    private HaproxyMaster(HaproxyProgram program, HaproxyPaths paths, LoadBalancerOptions options, ILogger logger, TimeProvider time)
    {
        _program = program;
        _paths = paths;
        _options = options;
        _logger = logger;
        _time = time;
        _process = Launch();
    }

    /// <summary>Starts HAProxy on the configuration file and waits until its stats port answers.</summary>
    /// <exception cref="InvalidOperationException">HAProxy ended at once or does not answer; its own words are in the message.</exception>
    public static async Task<HaproxyMaster> StartAsync(
        HaproxyProgram program, HaproxyPaths paths, LoadBalancerOptions options, ILogger logger, TimeProvider time, CancellationToken cancellation)
    {
        var master = new HaproxyMaster(program, paths, options, logger, time);
        try
        {
            await master.WaitReadyAsync(cancellation);
            master._supervising = master.SuperviseAsync(master._stopping.Token);
            return master;
        }
        catch
        {
            await master.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Saves the servers' state, asks the master to start a new worker on the configuration file, and waits for it. A
    /// reload without effect is repeated at the reload interval, then given up: the old worker goes on serving.
    /// </summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        if (_process.HasExited)
            return; // The supervisor starts it on the new configuration.
        var master = _process.Id;
        await SaveStateAsync(cancellation);
        var before = ProcFs.ChildrenOf(master);
        for (var attempt = 0; attempt <= _options.MaxReloadRetries; attempt++)
        {
            Signals.Send(master, Signals.User2);
            var asked = _time.GetTimestamp();
            while (_time.GetElapsedTime(asked) < _options.ReloadInterval)
            {
                if (!ProcFs.ChildrenOf(master).IsSubsetOf(before))
                    return;
                await Task.Delay(Poll, _time, cancellation);
            }

            _logger.LogWarning("HAProxy started no new worker within {Interval}", _options.ReloadInterval);
        }

        _logger.LogError("HAProxy does not reload; it goes on with its former configuration");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // At SIGTERM the master ends all its workers hard, also those still busy since a reload, and waits for them.
        if (!_process.HasExited)
            Signals.Send(_process.Id, Signals.Terminate);
        using (var limit = new CancellationTokenSource(StopLimit))
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Whatever is left was started with this instance's own configuration file.
        while (ProcFs.StartedWith(_paths.Config) is { Count: > 0 } left)
        {
            foreach (var pid in left)
                Signals.Send(pid, Signals.Kill);
            await Task.Delay(Poll);
        }

        _process.Dispose();
        _stopping.Dispose();
    }

    private Process Launch()
    {
        List<string> arguments = ["-W", "-f", _paths.Config, "-x", _paths.StatsSocket];
        if (_options.MasterSocket)
            arguments.AddRange(["-S", _paths.MasterSocket]);
        return _program.Start(arguments, Remember);
    }

    private void Remember(string line)
    {
        lock (_firstLines)
        {
            if (_firstLines.Count < 20)
                _firstLines.Add(line);
        }
    }

    private async Task WaitReadyAsync(CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < ReadyLimit)
        {
            if (_process.HasExited)
                throw Failed($"ended with code {_process.ExitCode}");
            if (await AnswersAsync(cancellation))
                return;
            await Task.Delay(Poll, _time, cancellation);
        }

        throw Failed("does not answer");
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_options.Address, _options.StatsPort, cancellation);
            return await StatsSocket.AskAsync(_paths.StatsSocket, "show info", cancellation) is { Length: > 0 };
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private InvalidOperationException Failed(string how)
    {
        lock (_firstLines)
            return new($"HAProxy on {_options.Address}:{_options.StatsPort} {how}: {string.Join(" | ", _firstLines)}");
    }

    private async Task SuperviseAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _process.WaitForExitAsync(stopping);
            _logger.LogError("HAProxy ended with code {Code}; it is started again", _process.ExitCode);
            await Task.Delay(RestartPause, _time, stopping);
            _process = Launch();
        }
    }

    private async Task SaveStateAsync(CancellationToken cancellation)
    {
        try
        {
            var state = await StatsSocket.AskAsync(_paths.StatsSocket, "show servers state", cancellation);
            await File.WriteAllTextAsync(_paths.StateFile, state, cancellation);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _logger.LogWarning("The servers' state could not be saved before the reload: {Reason}", e.Message);
        }
    }
}
