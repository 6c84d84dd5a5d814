using System.Collections.Concurrent;
using System.Text;

namespace BlueGreen.Engine.Deployment.Journaling;

/// <summary>
/// Writes lines into a file on a thread of its own, so that a disk which is slow, or hangs, holds nothing up but itself. What waits to be
/// written is bounded: a disk that does not keep up is one that cannot be written.
/// </summary>
/// <remarks>A background thread: one that hangs in the file system does not keep the process alive.</remarks>
internal sealed class JournalWriter : IDisposable
{
    /// <summary>Lines that may wait. A look at a large group has some 100 kB.</summary>
    private const int MostWaiting = 500;

    /// <summary>What is done after the file was closed need not be waited for; but a process that ends at once would never do it.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(2);

    private readonly BlockingCollection<Item> _waiting = new(MostWaiting);
    private readonly Func<Stream> _open;
    private readonly Action _ended;
    private readonly ManualResetEventSlim _isWritten = new();
    private readonly Thread _thread;
    private volatile string? _failure;
    private volatile bool _isOpen;

    /// <param name="open">Opens the file; called on the thread that writes.</param>
    /// <param name="ended">Called there after the file was closed.</param>
    public JournalWriter(Func<Stream> open, Action ended)
    {
        (_open, _ended) = (open, ended);
        _thread = new Thread(Run) { IsBackground = true, Name = "BlueGreen journal" };
        _thread.Start();
    }

    /// <summary>Why it cannot be written; null while it can. Nothing is written from there on.</summary>
    public string? Failure => _failure;

    /// <summary>True once the first line is in the file.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Takes a line, and returns at once.</summary>
    public void Write(string line)
    {
        if (_failure is null && !_waiting.TryAdd(new Item(line, null))) _failure = "the disk does not keep up.";
    }

    /// <summary>Waits until all lines so far are on their way to the disk.</summary>
    /// <returns>False when that takes longer than allowed.</returns>
    public bool Flush(TimeSpan atMost)
    {
        var written = new ManualResetEventSlim();
        return _failure is not null || (_waiting.TryAdd(new Item(null, written)) && written.Wait(atMost));
    }

    /// <summary>Ends it, when all lines are written or have had some seconds for it.</summary>
    /// <returns>False when some may be missing.</returns>
    public bool End(TimeSpan atMost)
    {
        _waiting.CompleteAdding();
        if (!_isWritten.Wait(atMost)) return false;
        _thread.Join(Afterwards);
        return _failure is null;
    }

    public void Dispose() => _waiting.CompleteAdding();

    private void Run()
    {
        StreamWriter? file = null;
        try
        {
            foreach (var item in _waiting.GetConsumingEnumerable())
            {
                if (item.Line is not null && _failure is null) Put(ref file, item.Line);
                item.Written?.Set();
            }
        }
        finally
        {
            Try(() => file?.Dispose());
            _isWritten.Set();
        }

        _ended();
    }

    private void Put(ref StreamWriter? file, string line)
    {
        var current = file;
        Try(() =>
        {
            current ??= new StreamWriter(_open(), new UTF8Encoding(false)) { NewLine = "\n" };
            current.WriteLine(line);
            // On its way to the disk at once: the driver may be lost at any moment.
            current.Flush();
            _isOpen = true;
        });
        file = current;
    }

    private void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception error) when (IsExpected(error))
        {
            _failure ??= error.Message;
        }
    }

    public static bool IsExpected(Exception error) => error
        is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or ObjectDisposedException
        or System.Security.SecurityException;

    /// <summary>A line to write, or somebody to be told when all before is written.</summary>
    private sealed record Item(string? Line, ManualResetEventSlim? Written);
}
