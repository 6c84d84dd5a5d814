using System.Text;
using BlueGreen.Host.Running;

namespace BlueGreen.Host.CommandLine;

/// <summary>What <c>-Help</c> and <c>-Version</c> print.</summary>
internal static class Usage
{
    private const int Width = 100;

    public static string Version() =>
        $"BlueGreen.Host {typeof(Usage).Assembly.GetName().Version!.ToString(3)} (PowerShell engine {EngineVersion()})";

    public static string Text() => $"""
        {Version()}

        A small console host for the PowerShell engine, for machines without pwsh. Its switches mean what they mean to pwsh.

        BlueGreen.Host [switches] [[-File] <script.ps1> [arguments]]
        BlueGreen.Host [switches] -Command <text> | -
        BlueGreen.Host [switches]                        a prompt
        BlueGreen.Host zdd <arguments>                   the drop-in for marathon-lb's zdd.py; see zdd --help

          -File, -f <script>        runs a script; what follows are its arguments
          -Command, -c <text>       runs the text; - reads it from standard input
          -EncodedCommand, -ec      runs text given as base64 of UTF-16LE
          -WorkingDirectory, -wd    where to begin
          -NonInteractive           a question is an error
          -NoExit                   a prompt afterwards
          -NoLogo                   no banner at the prompt
          -NoProfile                accepted: there are no profiles here
          -ExecutionPolicy, -ep     for this session (it counts on Windows)
          -Version, -v  -Help, -h

        Exit codes: what 'exit' says; 1 after an unhandled error, or when the last statement of -Command failed;
        64 when the command line cannot be followed; 130 after Ctrl-C. NO_COLOR turns colours off.

        Beside the engine's own commands (Get-Command, Get-Help, Import-Module, ForEach-Object, Where-Object and so on)
        it has these of pwsh's, with the parameters in common use:

        {Commands()}

        What else belongs to pwsh is answered with its module's name; run that with pwsh.
        """;

    private static string EngineVersion() =>
        PSVersionInfo.PSVersion.ToString();

    private static string Commands()
    {
        var text = new StringBuilder();
        var column = 0;
        foreach (var name in EngineRunspace.HostCommands().Select(command => command.Name).Order(StringComparer.Ordinal))
        {
            if (column > 0 && column + 2 + name.Length > Width)
            {
                text.AppendLine();
                column = 0;
            }

            text.Append("  ").Append(name);
            column += 2 + name.Length;
        }

        return text.ToString();
    }
}
