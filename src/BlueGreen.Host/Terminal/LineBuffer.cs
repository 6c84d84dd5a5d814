using System.Text;

namespace BlueGreen.Host.Terminal;

/// <summary>A line that is being typed, and where the cursor stands in it.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    public int Cursor { get; private set; }

    public int Length => _text.Length;

    public override string ToString() => _text.ToString();

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    public void Insert(char character) => _text.Insert(Cursor++, character);

    public void Replace(int start, int length, string text)
    {
        _text.Remove(start, length).Insert(start, text);
        Cursor = start + text.Length;
    }

    public void Move(int by) => Cursor = Math.Clamp(Cursor + by, 0, Length);

    public void MoveToStart() => Cursor = 0;

    public void MoveToEnd() => Cursor = Length;

    public void MoveWordLeft() => Cursor = WordStart();

    public void MoveWordRight()
    {
        while (Cursor < Length && _text[Cursor] == ' ')
            Cursor++;
        while (Cursor < Length && _text[Cursor] != ' ')
            Cursor++;
    }

    public void Backspace()
    {
        if (Cursor > 0)
            _text.Remove(--Cursor, 1);
    }

    public void Delete()
    {
        if (Cursor < Length)
            _text.Remove(Cursor, 1);
    }

    public void DeleteToStart() => Replace(0, Cursor, "");

    public void DeleteToEnd() => _text.Length = Cursor;

    public void DeleteWordLeft()
    {
        var start = WordStart();
        Replace(start, Cursor - start, "");
    }

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && _text[at - 1] == ' ')
            at--;
        while (at > 0 && _text[at - 1] != ' ')
            at--;
        return at;
    }
}
