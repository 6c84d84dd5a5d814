using System.Diagnostics;
using System.Text;

namespace BlueGreen.Host.Tests;

/// <summary>What a finished run of the host left.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Errors);

/// <summary>The real host as a process, with its streams redirected.</summary>
internal sealed class HostRun : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Captured _output;
    private readonly Captured _errors;

    private HostRun(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["NO_COLOR"] = "1";
        _process = Process.Start(start)!;
        _output = new Captured(_process.StandardOutput);
        _errors = new Captured(_process.StandardError);
    }

    public static string HostAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "BlueGreen.Host.dll");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static HostRun Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { HostAssembly } };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new HostRun(start);
    }

    /// <summary>Starts the host behind a pseudo terminal; what it shows comes as its output.</summary>
    public static HostRun StartOnTerminal(string arguments, bool colour = false)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "util-linux's 'script' gives the terminal, and it is not here.");
        var command = $"stty cols 100 rows 40; {(colour ? "unset NO_COLOR; " : "")}exec dotnet '{HostAssembly}' {arguments}";
        var start = new ProcessStartInfo("/usr/bin/script") { ArgumentList = { "-qec", command, "/dev/null" } };
        start.Environment["TERM"] = "xterm-256color";
        return new HostRun(start);
    }

    /// <summary>Runs the host to its end, with nothing on standard input.</summary>
    public static async Task<HostResult> Of(params string[] arguments)
    {
        await using var run = Start(arguments);
        return await run.EndInput();
    }

    /// <summary>Runs a script of this text to its end.</summary>
    public static async Task<HostResult> OfScript(string text, params string[] arguments)
    {
        using var script = new ScriptFile(text);
        return await Of(["-File", script.Path, .. arguments]);
    }

    /// <summary>Waits until the output holds a text that came after what was waited for before.</summary>
    public Task Sees(string text) => _output.WaitFor(text, Limit);

    public async Task Types(string text)
    {
        await _process.StandardInput.WriteAsync(text.AsMemory(), Cancelled);
        await _process.StandardInput.FlushAsync(Cancelled);
    }

    /// <summary>Waits until the output holds a text, and gives what stands between it and what was waited for before.</summary>
    public Task<string> ReadsUntil(string text) => _output.WaitFor(text, Limit);

    public Task Signals(string name) => Signal(name, _process.Id);

    public static async Task Signal(string name, int process)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{process}"]);
        await kill.WaitForExitAsync(Cancelled);
    }

    /// <summary>Closes standard input and waits for the end.</summary>
    public Task<HostResult> EndInput()
    {
        _process.StandardInput.Close();
        return End();
    }

    public async Task<HostResult> End()
    {
        await _process.WaitForExitAsync(Cancelled).WaitAsync(Limit, Cancelled);
        return new HostResult(_process.ExitCode, await _output.All(), await _errors.All());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    /// <summary>A stream's text, as it comes.</summary>
    private sealed class Captured
    {
        private readonly StringBuilder _text = new();
        private readonly SemaphoreSlim _news = new(0);
        private readonly Task _reading;
        private int _seen;

        public Captured(StreamReader reader) => _reading = Read(reader);

        public async Task<string> All()
        {
            await _reading;
            return _text.ToString();
        }

        public async Task<string> WaitFor(string wanted, TimeSpan limit)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            deadline.CancelAfter(limit);
            string? before;
            while ((before = Find(wanted)) is null)
            {
                try
                {
                    await _news.WaitAsync(deadline.Token);
                }
                catch (OperationCanceledException)
                {
                    Assert.Fail($"'{wanted}' did not come within {limit}. What came: {_text}");
                }
            }

            return before;
        }

        private string? Find(string wanted)
        {
            lock (_text)
            {
                var text = _text.ToString();
                var at = text.IndexOf(wanted, _seen, StringComparison.Ordinal);
                if (at < 0)
                    return _reading.IsCompleted ? throw new InvalidOperationException($"The output ended without '{wanted}': {text}") : null;
                var before = text[_seen..at];
                _seen = at + wanted.Length;
                return before;
            }
        }

        private async Task Read(StreamReader reader)
        {
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer, CancellationToken.None) is var count and > 0)
            {
                lock (_text)
                    _text.Append(buffer, 0, count);
                _news.Release();
            }

            _news.Release();
        }
    }
}

/// <summary>A script in a folder of its own, whose name has a space; both go with it.</summary>
internal sealed class ScriptFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bluegreen host ");

    public ScriptFile(string text, string name = "script.ps1")
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
