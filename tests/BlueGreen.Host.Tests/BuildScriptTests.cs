using System.Diagnostics;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using BlueGreen.Host.Running;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Tests;

public sealed class BuildScriptTests
{
    private static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    [Theory]
    [InlineData("build.ps1")]
    [InlineData("tests/Invoke-Tests.ps1")]
    [InlineData("docs/Build-Help.ps1")]
    public void Every_command_of_the_build_is_one_that_the_host_has(string script)
    {
        using var host = new TerminalHost(nonInteractive: true);
        using var runspace = EngineRunspace.Open(host, policy: null);
        var tree = Parser.ParseFile(Path.Combine(Root, script), out _, out var errors);
        Assert.Empty(errors);

        var own = tree.FindAll(node => node is FunctionDefinitionAst, searchNestedScriptBlocks: true)
            .Select(node => ((FunctionDefinitionAst)node).Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = tree.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true)
            .Select(node => ((CommandAst)node).GetCommandName())
            .Where(name => name is not null && name.Contains('-', StringComparison.Ordinal) && !own.Contains(name))
            .Distinct()
            .Where(name => !IsThere(runspace, name))
            .ToList();

        Assert.Empty(missing);
    }

    [Fact]
    public async Task The_build_script_documents_its_tasks()
    {
        var result = await HostRun.Of("-Command", $"Get-Help '{Root}/build.ps1' -Parameter Task | Out-String");

        foreach (var task in new[] { "build", "demo", "test", "soak", "bench", "pack", "clean" })
            Assert.Contains(task, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_SDK_the_build_says_what_is_missing()
    {
        using var tools = new ScriptFile("#!/bin/bash", "unused");
        foreach (var tool in new[] { "bash", "env", "dirname" })
            File.CreateSymbolicLink(Path.Combine(tools.Folder, tool), Which(tool));
        var start = new ProcessStartInfo(Which("bash")) { ArgumentList = { Path.Combine(Root, "build.sh") }, RedirectStandardError = true };
        start.Environment["PATH"] = tools.Folder;

        using var build = Process.Start(start)!;
        var errors = await build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, build.ExitCode);
        Assert.Contains(".NET 10 SDK is needed", errors, StringComparison.Ordinal);
    }

    private static bool IsThere(Runspace runspace, string name)
    {
        using var shell = PowerShell.Create(runspace);
        return shell.AddCommand("Get-Command").AddParameter("Name", name).AddParameter("ErrorAction", "Ignore").Invoke().Count > 0;
    }

    private static string Which(string tool) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, tool)).First(File.Exists);

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "build.ps1")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}
