using System.Diagnostics;

namespace BlueGreen.Lab.Hosting;

/// <summary>
/// A shell that waits for this process to be gone, however it goes, and then ends every process that bears the lab's
/// mark and removes the work folder. It learns of the end by a pipe, whose other end only this process holds.
/// </summary>
internal sealed class Janitor : IDisposable
{
    /// <summary>The environment variable that marks a lab's processes; their children inherit it.</summary>
    public const string MarkVariable = "BLUEGREEN_LAB_MARK";

    // Two passes: a process that was being started when its parent was killed bears no mark until it runs its program.
    private const string Script = """
        trap '' INT TERM HUP
        read -r _
        for pass in 1 2; do
            tries=0
            while [ $tries -lt 200 ]; do
                # Its status tells nothing: what belongs to others cannot be read.
                files=$(grep -ls "$2" /proc/[0-9]*/environ)
                [ -n "$files" ] || break
                for file in $files; do
                    pid=${file#/proc/}
                    kill -KILL "${pid%/environ}" 2>/dev/null
                done
                tries=$((tries + 1))
                sleep 0.02
            done
            # The runtime's own sockets of the process that is gone lie beside the work folder.
            rm -rf -- "$1" "${1%/*}/dotnet-diagnostic-$3-"* "${1%/*}/clr-debug-pipe-$3-"*
            [ $pass = 2 ] || sleep 0.05
        done
        """;

    private readonly Process _process;

    private Janitor(Process process) => _process = process;

    /// <summary>Completes when the janitor's own process ends.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <param name="workDirectory">Need not exist yet. Lies in the folder for temporary files.</param>
    /// <param name="mark">The value of <see cref="MarkVariable"/> in the lab's processes.</param>
    public static Janitor Start(string workDirectory, string mark)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in (string[])["-c", Script, "bluegreen-lab-janitor", workDirectory, $"{MarkVariable}={mark}", $"{Environment.ProcessId}"])
            start.ArgumentList.Add(argument);
        start.Environment.Remove(MarkVariable);
        return new Janitor(Process.Start(start)!);
    }

    /// <summary>Has it clean up now, and waits until it has.</summary>
    public async Task CleanUpAsync()
    {
        _process.StandardInput.Close();
        await Ended;
    }

    public void Dispose() => _process.Dispose();
}
