using System.Diagnostics;
using BlueGreen.Acceptance.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace BlueGreen.Acceptance;

/// <summary>Errors that it takes something unusual to come to.</summary>
public sealed class RareErrorTests : MarathonTest
{
    [Fact]
    public void A_path_outside_the_file_system_is_no_file() =>
        Assert.Equal("NotAFile", Shell.Run("Test-BlueGreenApp -Path Variable:PID").ErrorId);

    [Fact]
    public void A_list_is_no_value_of_an_environment_variable()
    {
        Marathon.Add("/shop", 1);
        var outcome = Shell.Run("Set-MarathonApp /shop -Env @{ MODE = 'a', 'b' }");
        Assert.Equal("NotText", outcome.ErrorId);
        Assert.Contains("MODE", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Marathon.Changes);
    }

    [Fact]
    public void A_cluster_that_is_no_lab_is_not_stopped() => Assert.Equal("NotALab", Shell.Run("Stop-BlueGreenLab -Session (Get-BlueGreenSession)").ErrorId);

    [Fact]
    public async Task A_load_balancer_that_reloads_at_each_look_is_said_to()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var balancer = builder.Build();
        var process = 100;
        balancer.Run(request => request.Response.WriteAsync(request.Request.Path == "/_haproxy_getpids"
            ? $"{Interlocked.Increment(ref process)} 1"
            : request.Request.GetEncodedPathAndQuery().Contains("csv", StringComparison.Ordinal) ? "# pxname,svname,qcur,scur,status,\n"
            : $"<html>pid = </b> {process} (process #1)</html>"));
        await balancer.StartAsync(TestContext.Current.CancellationToken);

        var outcome = Shell.Run("Connect-BlueGreen $args[0] $args[1] | Out-Null; Get-HaproxyInstance; Get-HaproxyBackendStat", Marathon.Uri, balancer.Urls.Single());

        Assert.Contains(outcome.Errors, e => e.FullyQualifiedErrorId.StartsWith("LoadBalancerReloading,", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "LabNotInstalled")]
    [InlineData("""{ "marathonUri": 5 }""", "LabNotUnderstood")]
    [InlineData("""{ "marathonUri": "http://", "marathonLbUris": [] }""", "LabNotUnderstood")]
    public async Task A_module_with_no_lab_or_another_one_says_so(string? said, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("bluegreen").FullName;
        try
        {
            CopyModule(Path.Combine(folder, "BlueGreen"));
            if (said is not null)
            {
                // What starts the lab finds this in place of the runtime.
                var lab = Directory.CreateDirectory(Path.Combine(folder, "BlueGreen", "lab")).FullName;
                await File.WriteAllTextAsync(Path.Combine(lab, "BlueGreen.Lab.dll"), "", TestContext.Current.CancellationToken);
                var program = Path.Combine(folder, "dotnet");
                await File.WriteAllTextAsync(program, $"#!/bin/sh\necho '{said}'\ncat > /dev/null\n", TestContext.Current.CancellationToken);
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            var output = await RunAsync(folder, "Import-Module ./BlueGreen/BlueGreen.psd1; try { Start-BlueGreenLab -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }");

            Assert.Equal($"{expected},BlueGreen.Lab.StartBlueGreenLabCommand", output.Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CopyModule(string target)
    {
        foreach (var file in Directory.EnumerateFiles(BuiltModule.Folder, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(BuiltModule.Folder, file);
            if (relative.StartsWith("lab", StringComparison.Ordinal)) continue;
            var copy = Path.Combine(target, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static async Task<string> RunAsync(string folder, string command)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : FindRuntime())
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        foreach (var argument in new[] { BuiltModule.Host, "-NoProfile", "-NonInteractive", "-Command", command }) start.ArgumentList.Add(argument);
        start.Environment["PATH"] = $"{folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        using var host = Process.Start(start)!;
        host.StandardInput.Close();
        var errors = host.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await host.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output + await errors;
    }

    private static string FindRuntime() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);
}
