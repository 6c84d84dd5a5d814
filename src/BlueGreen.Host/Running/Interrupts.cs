using System.Runtime.InteropServices;

namespace BlueGreen.Host.Running;

/// <summary>
/// Turns signals into a stop of what runs, so that scripts reach their <c>finally</c>. A second Ctrl-C ends the process at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PipelineRunner _runner;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _ending;

    public Interrupts(PipelineRunner runner)
    {
        _runner = runner;
        Register(PosixSignal.SIGINT, number: 2);
        Register(PosixSignal.SIGTERM, number: 15);
        Register(PosixSignal.SIGHUP, number: 1);
    }

    /// <summary>The exit code that the signal asks for; null when there was none that ends the host.</summary>
    public int? ExitCode => Volatile.Read(ref _ending) is var number and not 0 ? ExitCodes.FromSignal(number) : null;

    /// <summary>At the prompt Ctrl-C stops the command, not the host.</summary>
    public bool AtPrompt { get; set; }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Register(PosixSignal signal, int number) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            On(signal, number);
        }));

    private void On(PosixSignal signal, int number)
    {
        if (signal == PosixSignal.SIGINT && AtPrompt)
        {
            _runner.Stop();
            return;
        }

        if (Interlocked.CompareExchange(ref _ending, number, 0) == 0)
            _runner.Close();
        else if (signal == PosixSignal.SIGINT)
            Environment.Exit(ExitCodes.FromSignal(number));
    }
}
