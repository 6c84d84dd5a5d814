using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>The value of -PreKill as a hook.</summary>
internal static class PreKillHook
{
    /// <exception cref="BlueGreenException"><c>InvalidPreKill</c>.</exception>
    public static IPreKillHook? Of(object? value, PSCmdlet cmdlet, EngineCall call) => ((value as PSObject)?.BaseObject ?? value) switch
    {
        null => null,
        ScriptBlock script => new ScriptPreKillHook(new UserScript(script, call.Pipeline)),
        string { Length: > 0 } path => new ExecutablePreKillHook(Resolve(path, cmdlet), call.Sink),
        FileInfo file => new ExecutablePreKillHook(file.FullName, call.Sink),
        ApplicationInfo command => new ExecutablePreKillHook(command.Path, call.Sink),
        var other => throw new BlueGreenException(
            ErrorKind.InvalidArgument, "InvalidPreKill", $"-PreKill takes a script block or the path of a program, not '{other}'.",
            "Give { param($Old, $Tasks, $New) ... } or the path of an executable."),
    };

    /// <summary>A name without a folder is looked up on PATH; a path is relative to the runspace's location, not to the process's.</summary>
    private static string Resolve(string path, PSCmdlet cmdlet) =>
        path.IndexOfAny(['/', '\\']) < 0 ? path : cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private sealed class ScriptPreKillHook(UserScript script) : IPreKillHook
    {
        public Task<string?> RefuseAsync(KillNotice notice, CancellationToken cancellationToken) =>
            script.RefuseAsync(cancellationToken, notice.App, notice.TaskIds.ToArray(), notice.Other);
    }
}
