using System.Runtime.InteropServices;
using BlueGreen.Host.Terminal;

namespace BlueGreen.Host.Running;

/// <summary>
/// Turns signals into a stop of what runs, so that scripts reach their <c>finally</c>; the same signal again ends the process at
/// once. At the prompt Ctrl-C stops the command and not the host.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PipelineRunner _runner;
    private readonly TerminalInterface _terminal;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _ending;

    public Interrupts(PipelineRunner runner, TerminalInterface terminal)
    {
        _runner = runner;
        _terminal = terminal;
        _terminal.CtrlC = () => OnSignal(PosixSignal.SIGINT, number: 2);
        Register(PosixSignal.SIGINT, number: 2);
        Register(PosixSignal.SIGTERM, number: 15);
        Register(PosixSignal.SIGHUP, number: 1);
    }

    /// <summary>The exit code that a signal asks for; null when there was none that ends the host.</summary>
    public int? ExitCode => Volatile.Read(ref _ending) is var number and not 0 ? ExitCodes.FromSignal(number) : null;

    /// <summary>A person sits at the host's own prompt.</summary>
    public bool AtPrompt { get; set; }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Register(PosixSignal signal, int number) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            OnSignal(signal, number);
        }));

    private void OnSignal(PosixSignal signal, int number)
    {
        if (signal == PosixSignal.SIGINT && AtPrompt)
        {
            _runner.Stop();
            return;
        }

        if (Interlocked.CompareExchange(ref _ending, number, 0) == 0)
        {
            _runner.Close();
            _terminal.StopReading();
        }
        else if (number == _ending)
        {
            Environment.Exit(ExitCodes.FromSignal(number));
        }
    }
}
