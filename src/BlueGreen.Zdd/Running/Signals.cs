using System.Runtime.InteropServices;

namespace BlueGreen.Zdd.Running;

/// <summary>Ctrl-C and SIGTERM end what runs in an orderly way: no act is left half done.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Signals()
    {
        foreach (var (signal, number) in new[] { (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15) })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                // The second one ends the process at once.
                context.Cancel = Received is null;
                Received ??= number;
                _cancel.Cancel();
            }));
        }
    }

    public CancellationToken Token => _cancel.Token;

    /// <summary>The number of the signal that came; null when none did.</summary>
    public int? Received { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _cancel.Dispose();
    }
}
