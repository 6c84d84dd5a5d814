using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using BlueGreen.Lab.Hosting;
using BlueGreen.Lab.Marathon;
using BlueGreen.Lab.Tests.Support;

namespace BlueGreen.Lab.Tests.Hosting;

/// <summary>The real program, ended in every way there is.</summary>
public sealed class ContainmentTests
{
    private const string Sigkill = "KILL";

    public enum End
    {
        KillOuter,
        KillInner,
        KillFirst,
        Terminate,
        CloseInput,
        ParentGone,
    }

    [Theory]
    [InlineData(End.KillOuter)]
    [InlineData(End.KillInner)]
    [InlineData(End.KillFirst)]
    [InlineData(End.Terminate)]
    [InlineData(End.CloseInput)]
    [InlineData(End.ParentGone)]
    public async Task Nothing_is_left_of_a_running_lab(End end)
    {
        using var parent = new Bystander();
        using var lab = await LabProcess.StartAsync("--lb", "0", "--parent", $"{parent.Process.Id}");
        // A daemon of a task has left its process group and its parent.
        await lab.PostAsync("/v2/apps", Apps.Sleeping("/a", 2).With("cmd", "setsid sleep 1000 & exec sleep 1000"));
        await Eventually.IsTrueAsync(() => lab.Processes().Count >= 7, "the tasks run");

        switch (end)
        {
            case End.KillOuter:
                lab.Process.Kill();
                break;
            case End.KillInner:
                Signal(Sigkill, lab.Inner());
                break;
            case End.KillFirst:
                Signal(Sigkill, lab.First());
                break;
            case End.Terminate:
                Signal("TERM", lab.Process.Id);
                break;
            case End.CloseInput:
                lab.Process.StandardInput.Close();
                break;
            default:
                parent.Dispose();
                break;
        }

        await Eventually.IsTrueAsync(() => lab.Process.HasExited && lab.Processes().Count == 0 && lab.Folders().Length == 0, $"all is gone after {end}");
        if (end is End.Terminate or End.CloseInput or End.ParentGone) Assert.Equal(0, lab.Process.ExitCode);
    }

    [Theory]
    [InlineData(End.KillOuter)]
    [InlineData(End.KillInner)]
    public async Task Without_a_namespace_the_janitor_ends_all_that_bears_the_mark(End end)
    {
        using var tools = new ToolsWithoutUnshare();
        using var lab = await LabProcess.StartAsync(tools, "--lb", "0");
        await lab.PostAsync("/v2/apps", Apps.Sleeping("/a", 2).With("cmd", "setsid sleep 1000 & exec sleep 1000"));
        await Eventually.IsTrueAsync(() => lab.Processes().Count >= 5, "the tasks run");

        if (end == End.KillOuter) lab.Process.Kill();
        else Signal(Sigkill, lab.Inner());

        await Eventually.IsTrueAsync(() => lab.Process.HasExited && lab.Processes().Count == 0 && lab.Folders().Length == 0, $"all is gone after {end}");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_lab_that_is_killed_while_it_starts()
    {
        for (var delay = 10; delay <= 250; delay += 40)
        {
            using var lab = LabProcess.Launch("--lb", "0");
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            lab.Process.Kill();

            await Eventually.IsTrueAsync(
                () => lab.Process.HasExited && lab.Processes().Count == 0 && !lab.Folders().Any(IsOurs), $"nothing is left after {delay} ms");
        }
    }

    // Before the program's first line runs the .NET runtime has made its diagnostic sockets, which are out of the program's hands.
    private static bool IsOurs(string path) => Path.GetFileName(path).StartsWith("bluegreen-lab-", StringComparison.Ordinal);

    [Fact]
    public async Task A_sandbox_of_the_user_is_kept()
    {
        var folder = Directory.CreateTempSubdirectory("bluegreen-lab-test-").FullName;
        using (var lab = await LabProcess.StartAsync("--lb", "0", "--sandbox", folder))
        {
            await lab.PostAsync("/v2/apps", Apps.Sleeping("/a").With("cmd", "echo hello; exec sleep 1000"));
            await Eventually.IsTrueAsync(() => Directory.GetFiles(folder, "stdout", SearchOption.AllDirectories).Any(f => File.ReadAllText(f) == "hello\n"), "the task has spoken");
            lab.Process.StandardInput.Close();
            await lab.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("hello\n", await File.ReadAllTextAsync(Path.Combine(Directory.GetDirectories(folder).Single(), "stdout"), TestContext.Current.CancellationToken));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_taken_port_is_an_error_with_what_to_do()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        using var lab = LabProcess.Launch("--lb", "0", "--marathon-port", $"{((IPEndPoint)other.LocalEndPoint!).Port}");

        var error = await lab.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await lab.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, lab.Process.ExitCode);
        Assert.Contains("Choose another port by --marathon-port", error);
    }

    [Theory]
    [InlineData("Unknown argument '--nonsense'", "--nonsense")]
    [InlineData("--lb needs a number from 0 to 50, not 'many'", "--lb", "many")]
    [InlineData("--lb-address needs a loopback address", "--lb-address", "10.0.0.1")]
    [InlineData("--sandbox needs a value", "--sandbox")]
    public void A_bad_argument_is_named(string message, params string[] args) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => LabOptions.Parse(args)).Message);

    private static void Signal(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        kill.WaitForExit();
    }

    /// <summary>A process that only lives.</summary>
    private sealed class Bystander : IDisposable
    {
        public Process Process { get; } = Process.Start(new ProcessStartInfo("sleep", "1000") { RedirectStandardOutput = true, RedirectStandardError = true })!;

        public void Dispose() => Process.Kill();
    }

    /// <summary>A folder for PATH with all that the lab uses, except what makes namespaces.</summary>
    private sealed class ToolsWithoutUnshare : IDisposable
    {
        public ToolsWithoutUnshare()
        {
            Path = Directory.CreateTempSubdirectory("bluegreen-lab-test-").FullName;
            foreach (var tool in (string[])["sh", "setsid", "grep", "kill", "rm", "sleep", "dotnet"])
            {
                var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => System.IO.Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
                if (found is not null) File.CreateSymbolicLink(System.IO.Path.Combine(Path, tool), found);
            }
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private sealed class LabProcess : IDisposable
    {
        private readonly HttpClient _http = new();
        private readonly string _temporary;
        private JsonObject? _endpoints;

        private LabProcess(Process process, string temporary)
        {
            Process = process;
            _temporary = temporary;
        }

        public Process Process { get; }

        public string WorkDirectory => Path.GetDirectoryName(_endpoints.Text("sandbox"))!;

        public static LabProcess Launch(params string[] args) => LaunchWith(Environment.GetEnvironmentVariable("PATH")!, args);

        private static LabProcess LaunchWith(string path, string[] args)
        {
            var command = OwnCommand.Parts;
            var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])[.. command.Skip(1), "--json", .. args]) start.ArgumentList.Add(argument);
            var temporary = Directory.CreateTempSubdirectory("bluegreen-lab-test-").FullName;
            start.Environment["PATH"] = path;
            start.Environment["TMPDIR"] = temporary;
            return new LabProcess(Process.Start(start)!, temporary);
        }

        public static Task<LabProcess> StartAsync(params string[] args) => ReadyAsync(Launch(args));

        public static Task<LabProcess> StartAsync(ToolsWithoutUnshare tools, params string[] args) => ReadyAsync(LaunchWith(tools.Path, args));

        private static async Task<LabProcess> ReadyAsync(LabProcess lab)
        {
            var line = await lab.Process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            if (line is null) Assert.Fail(await lab.Process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            lab._endpoints = JsonNode.Parse(line)!.AsObject();
            Assert.Equal(lab.Process.Id, lab._endpoints.Int("pid"));
            return lab;
        }

        public async Task PostAsync(string path, JsonNode body)
        {
            using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(_endpoints.Text("marathonUri") + path, content, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        /// <summary>The processes below this one, and the janitor, who is told apart by the folder that he cleans.</summary>
        public List<int> Processes() => [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!)).Where(Belongs)];

        public int Inner() => Processes().First(pid => CommandLine(pid) is [var program, ..] words && words.Contains(ContainedLab.Argument) && program is not ("unshare" or "/bin/sh"));

        /// <summary>The first process of the namespace.</summary>
        public int First() => Processes().First(pid => CommandLine(pid) is ["/bin/sh", ..] words && words.Contains(ContainedLab.Argument));

        /// <summary>What it made in the folder for temporary files, which it has for itself.</summary>
        public string[] Folders() => Directory.GetFileSystemEntries(_temporary);

        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
            _http.Dispose();
            Directory.Delete(_temporary, recursive: true);
        }

        private bool Belongs(int pid)
        {
            var words = CommandLine(pid);
            if (words.Contains(ContainedLab.Argument)) return words.Contains($"{Process.Id}");
            if (_endpoints is null) return false;
            return words.Contains(WorkDirectory) || Variables(pid).Contains($"MESOS_SANDBOX={WorkDirectory}/", StringComparison.Ordinal);
        }

        private static string[] CommandLine(int pid) => Read($"/proc/{pid}/cmdline").Split('\0');

        private static string Variables(int pid) => Read($"/proc/{pid}/environ");

        private static string Read(string path)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }
}
