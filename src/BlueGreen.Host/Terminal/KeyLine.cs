using System.Text;

namespace BlueGreen.Host.Terminal;

/// <summary>Reads an answer on a terminal key by key, so that Ctrl-C is one of the keys.</summary>
internal static class KeyLine
{
    /// <returns>The answer; null after Ctrl-D on an empty line.</returns>
    /// <exception cref="OperationCanceledException">Ctrl-C was typed.</exception>
    public static string? Read(TextWriter output, bool isSecret)
    {
        var answer = new StringBuilder();
        Console.TreatControlCAsInput = true;
        try
        {
            while (true)
            {
                var key = Console.ReadKey(intercept: true);
                if (key is { Modifiers: ConsoleModifiers.Control, Key: ConsoleKey.C })
                {
                    output.WriteLine("^C");
                    throw new OperationCanceledException();
                }

                var ended = key is { Modifiers: ConsoleModifiers.Control, Key: ConsoleKey.D } && answer.Length == 0;
                if (ended || key.Key == ConsoleKey.Enter)
                {
                    output.WriteLine();
                    return ended ? null : answer.ToString();
                }

                Take(key, answer, output, isSecret);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private static void Take(ConsoleKeyInfo key, StringBuilder answer, TextWriter output, bool isSecret)
    {
        if (key.Key == ConsoleKey.Backspace && answer.Length > 0)
        {
            answer.Length--;
            output.Write("\b \b");
        }
        else if (!char.IsControl(key.KeyChar))
        {
            answer.Append(key.KeyChar);
            output.Write(isSecret ? '*' : key.KeyChar);
        }
    }
}
