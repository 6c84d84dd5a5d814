using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>The prompt.</summary>
internal sealed class InteractiveSession(TerminalHost host, PipelineRunner runner)
{
    public void Run(bool showBanner)
    {
        _ = showBanner;
        while (host.ExitCode is null)
        {
            host.Interface.Write(">");
            if (host.Interface.ReadAnswer() is not { } line)
                return;
            runner.RunLine(line);
        }
    }
}
