using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using BlueGreen.Lab.Hosting;

namespace BlueGreen.Lab.LoadBalancer.Haproxy;

/// <summary>
/// The HAProxy of one instance: started, reloaded with its servers' state carried over, started again when it dies (as
/// runit does in marathon-lb's container), and ended with all its processes.
/// </summary>
internal sealed class HaproxyService : IAsyncDisposable
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

    private HaproxyService(HaproxyProgram program, HaproxyPaths paths, LoadBalancerOptions options, ILogger logger, TimeProvider time)
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
    public static async Task<HaproxyService> StartAsync(
        HaproxyProgram program, HaproxyPaths paths, LoadBalancerOptions options, ILogger logger, TimeProvider time, CancellationToken cancellation)
    {
        var service = new HaproxyService(program, paths, options, logger, time);
        try
        {
            await service.WaitReadyAsync(cancellation);
            service._supervising = service.SuperviseAsync(service._stopping.Token);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Saves the servers' state, brings up a new worker on the configuration file, and waits for it; the old one ends as
    /// soon as its connections have. A reload without effect is repeated at the reload interval, then given up: the old
    /// worker goes on serving.
    /// </summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        if (_process.HasExited)
            return; // The supervisor starts it on the new configuration.
        await SaveStateAsync(cancellation);
        for (var attempt = 0; attempt <= _options.MaxReloadRetries; attempt++)
        {
            if (_options.MasterWorker ? await SignalMasterAsync(cancellation) : await ReplaceAsync(cancellation))
                return;
            _logger.LogWarning("HAProxy brought up no new worker within {Interval}", _options.ReloadInterval);
        }

        _logger.LogError("HAProxy does not reload; it goes on with its former configuration");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // At SIGTERM a master ends all its workers hard, also those still busy since a reload, and waits for them.
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

    private Process Launch(IEnumerable<string>? replacing = null)
    {
        // No -x here for master and workers: since 2.6 a master hands the listening sockets on by itself at a reload.
        List<string> arguments = [_options.MasterWorker ? "-W" : "-db", "-f", _paths.Config, .. replacing ?? []];
        if (_options.MasterSocket)
            arguments.AddRange(["-S", _paths.MasterSocket]);
        return _program.Start(arguments, Remember);
    }

    private async Task<bool> SignalMasterAsync(CancellationToken cancellation)
    {
        var master = _process.Id;
        var before = ProcFs.ChildrenOf(master);
        Signals.Send(master, Signals.User2);
        return await WithinAsync(_options.ReloadInterval, () => Task.FromResult(!ProcFs.ChildrenOf(master).IsSubsetOf(before)), cancellation);
    }

    /// <summary>Starts a process that takes over the listening sockets and then tells the old ones to finish.</summary>
    private async Task<bool> ReplaceAsync(CancellationToken cancellation)
    {
        var former = _process;
        var old = ProcFs.StartedWith(_paths.Config).Select(pid => pid.ToString(CultureInfo.InvariantCulture));
        var next = _process = Launch(["-x", _paths.StatsSocket, "-sf", .. old]);
        var pid = string.Create(CultureInfo.InvariantCulture, $"Pid: {next.Id}\n");
        if (await WithinAsync(_options.ReloadInterval, async () => next.HasExited || await AnswersAsync(_paths.StatsSocket, "show info", pid, cancellation), cancellation)
            && !next.HasExited)
        {
            return true;
        }

        _process = former;
        Signals.Send(next.Id, Signals.Kill);
        return false;
    }

    private async Task<bool> WithinAsync(TimeSpan limit, Func<Task<bool>> condition, CancellationToken cancellation)
    {
        for (var started = _time.GetTimestamp(); _time.GetElapsedTime(started) < limit; await Task.Delay(Poll, _time, cancellation))
        {
            if (await condition())
                return true;
        }

        return false;
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
        if (!await WithinAsync(ReadyLimit, async () => _process.HasExited || await IsReadyAsync(cancellation), cancellation))
            throw Failed("does not answer");
        if (!_process.HasExited)
            return;
        await _process.WaitForExitAsync(cancellation); // Then its last words are read.
        throw Failed($"ended with code {_process.ExitCode}");
    }

    // Having started its first worker, a master executes itself anew; its socket refuses connections meanwhile.
    private async Task<bool> IsReadyAsync(CancellationToken cancellation) =>
        await AnswersAsync(_paths.StatsSocket, "show info", "Pid: ", cancellation)
        && (!_options.MasterSocket || await AnswersAsync(_paths.MasterSocket, "show proc", "worker", cancellation));

    private static async Task<bool> AnswersAsync(string socket, string command, string expected, CancellationToken cancellation)
    {
        try
        {
            return (await StatsSocket.AskAsync(socket, command, cancellation)).Contains(expected, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
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
            var watched = _process;
            await watched.WaitForExitAsync(stopping);
            if (watched != _process)
                continue; // A reload has replaced it.
            _logger.LogError("HAProxy ended with code {Code}; it is started again", watched.ExitCode);
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
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            _logger.LogWarning("The servers' state could not be saved before the reload: {Reason}", e.Message);
        }
    }
}
