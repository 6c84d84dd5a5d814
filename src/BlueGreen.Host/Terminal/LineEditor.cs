namespace BlueGreen.Host.Terminal;

/// <summary>Reads a line with editing keys, a history and completion.</summary>
internal sealed class LineEditor(TerminalInterface terminal, Completer completer) : ILineSource
{
    private readonly List<string> _history = [];
    private readonly LineBuffer _line = new();
    private LinePainter _painter = null!;
    private Completions? _completions;
    private int _at;
    private string _draft = "";

    public string? Read(string prompt)
    {
        terminal.ClearProgress();
        _line.Set("");
        _at = _history.Count;
        _completions = null;
        _painter = new LinePainter(prompt);
        Console.TreatControlCAsInput = true;
        try
        {
            return terminal.Interruptible(Edit);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
            terminal.BeginLine();
        }
    }

    private string? Edit()
    {
        _painter.Paint(_line);
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key != ConsoleKey.Tab)
                _completions = null;
            if (key is { Modifiers: ConsoleModifiers.Control, Key: ConsoleKey.D } && _line.Length == 0)
            {
                _painter.Leave(_line, "");
                return null;
            }

            if (key is { Modifiers: ConsoleModifiers.Control, Key: ConsoleKey.C })
            {
                _painter.Leave(_line, "^C");
                return "";
            }

            if (key.Key == ConsoleKey.Enter)
            {
                _painter.Leave(_line, "");
                return Remember(_line.ToString());
            }

            Apply(key);
            _painter.Paint(_line);
        }
    }

    private string Remember(string line)
    {
        if (!string.IsNullOrWhiteSpace(line) && (_history.Count == 0 || _history[^1] != line))
            _history.Add(line);
        return line;
    }

    private void Apply(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
        {
            ApplyControl(key.Key);
            return;
        }

        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: _line.Move(-1); break;
            case ConsoleKey.RightArrow: _line.Move(1); break;
            case ConsoleKey.Home: _line.MoveToStart(); break;
            case ConsoleKey.End: _line.MoveToEnd(); break;
            case ConsoleKey.Backspace: _line.Backspace(); break;
            case ConsoleKey.Delete: _line.Delete(); break;
            case ConsoleKey.Escape: _line.Set(""); break;
            case ConsoleKey.UpArrow: Recall(-1); break;
            case ConsoleKey.DownArrow: Recall(1); break;
            case ConsoleKey.Tab: Complete(key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1); break;
            default:
                if (!char.IsControl(key.KeyChar))
                    _line.Insert(key.KeyChar);
                break;
        }
    }

    private void ApplyControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A: _line.MoveToStart(); break;
            case ConsoleKey.E: _line.MoveToEnd(); break;
            case ConsoleKey.B: _line.Move(-1); break;
            case ConsoleKey.F: _line.Move(1); break;
            case ConsoleKey.D: _line.Delete(); break;
            case ConsoleKey.H: _line.Backspace(); break;
            case ConsoleKey.K: _line.DeleteToEnd(); break;
            case ConsoleKey.U: _line.DeleteToStart(); break;
            case ConsoleKey.W or ConsoleKey.Backspace: _line.DeleteWordLeft(); break;
            case ConsoleKey.P: Recall(-1); break;
            case ConsoleKey.N: Recall(1); break;
            case ConsoleKey.LeftArrow: _line.MoveWordLeft(); break;
            case ConsoleKey.RightArrow: _line.MoveWordRight(); break;
            case ConsoleKey.L:
                Console.Clear();
                _painter.Restart();
                break;
        }
    }

    private void Recall(int by)
    {
        var to = Math.Clamp(_at + by, 0, _history.Count);
        if (to == _at)
            return;
        if (_at == _history.Count)
            _draft = _line.ToString();
        _at = to;
        _line.Set(to == _history.Count ? _draft : _history[to]);
    }

    private void Complete(int by)
    {
        if (_completions is null)
        {
            var (start, length, texts) = completer.Complete(_line.ToString(), _line.Cursor);
            if (texts.Count == 0)
                return;
            _completions = new Completions(start, length, texts, by > 0 ? -1 : 0);
        }

        var next = (_completions.Current + by + _completions.Texts.Count) % _completions.Texts.Count;
        var text = _completions.Texts[next];
        _line.Replace(_completions.Start, _completions.Length, text);
        _completions = _completions with { Current = next, Length = text.Length };
    }

    /// <summary>What Tab goes through; the current one stands in the line from Start on, over Length characters.</summary>
    private sealed record Completions(int Start, int Length, IReadOnlyList<string> Texts, int Current);
}
