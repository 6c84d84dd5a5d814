using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Deployment;

/// <summary>
/// A program as hook, called as zdd.py calls its own: with three arguments in JSON, the old app, the list of task ids, and the new app.
/// Members that are null are left out. Any exit code but 0 holds the deployment. What it writes is told as messages.
/// </summary>
/// <param name="path">The program; a name without a folder is looked up on PATH.</param>
/// <param name="sink">Hears what it writes.</param>
public sealed class ExecutablePreKillHook(string path, IEngineSink sink) : IPreKillHook
{
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    /// <exception cref="BlueGreenException"><c>PreKillNotStarted</c>.</exception>
    public async Task<string?> RefuseAsync(KillNotice notice, CancellationToken cancellationToken)
    {
        Say(MessageLevel.Verbose, $"Calling pre-kill hook '{path}'");
        using var process = new Process { StartInfo = Describe(notice), EnableRaisingEvents = true };
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => ended.TrySetResult(true);
        var (output, errors) = (new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>());
        process.OutputDataReceived += (_, line) => Tell(line.Data, output);
        process.ErrorDataReceived += (_, line) => Tell(line.Data, errors);
        Start(process);
        using (cancellationToken.Register(() => ended.TrySetCanceled()))
        {
            try
            {
                await ended.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Kill(process);
                throw;
            }
        }

        // Something that it started and left behind may hold the pipes open.
        await Task.WhenAny(Task.WhenAll(output.Task, errors.Task), Task.Delay(OutputGrace, CancellationToken.None)).ConfigureAwait(false);
        return process.ExitCode == 0 ? null : $"{path} ended with exit code {process.ExitCode.ToString(CultureInfo.InvariantCulture)}";
    }

    private ProcessStartInfo Describe(KillNotice notice) => new(path)
    {
        Arguments = string.Join(" ", new[] { Json(notice.App), JsonConvert.SerializeObject(notice.TaskIds), Json(notice.Other) }.Select(Quote)),
        UseShellExecute = false,
        CreateNoWindow = true,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private void Start(Process process)
    {
        try
        {
            process.Start();
            process.StandardInput.Close();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or IOException)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "PreKillNotStarted", $"The pre-kill hook {path} could not be started: {error.Message}",
                "Give the path of a program that may be executed. Nothing was killed; go on with the deployment when it is mended.", path, error);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It has ended just now.
        }
    }

    private void Tell(string? line, TaskCompletionSource<bool> end)
    {
        if (line is null) end.TrySetResult(true);
        if (!string.IsNullOrWhiteSpace(line)) Say(MessageLevel.Information, $"Pre-kill hook: {line}");
    }

    private void Say(MessageLevel level, string text) => sink.Publish(new EngineMessage(DateTimeOffset.UtcNow, level, text));

    private static string Json(MarathonApp? app)
    {
        if (app is null) return "null";
        var json = app.CopyJson();
        foreach (var empty in json.Descendants().OfType<JProperty>().Where(p => p.Value.Type == JTokenType.Null).ToList()) empty.Remove();
        return json.ToString(Formatting.None);
    }

    /// <summary>
    /// One argument of a command line: backslashes count double before a quote. Source: Microsoft, "Parsing C command-line arguments"; .NET
    /// takes the line apart by the same rules on every system.
    /// </summary>
    private static string Quote(string argument)
    {
        var line = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var character in argument)
        {
            if (character == '"') line.Append('\\', backslashes + 1);
            backslashes = character == '\\' ? backslashes + 1 : 0;
            line.Append(character);
        }

        return line.Append('\\', backslashes).Append('"').ToString();
    }
}
