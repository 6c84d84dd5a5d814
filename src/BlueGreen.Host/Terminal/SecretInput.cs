using System.Security;

namespace BlueGreen.Host.Terminal;

/// <summary>Reads a line that is not to be seen: a star a character on a terminal, a plain line from elsewhere.</summary>
internal static class SecretInput
{
    public static SecureString Read(TerminalInterface terminal)
    {
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (var character in terminal.ReadAnswer(isSecret: true) ?? "")
                secret.AppendChar(character);
        }
        else
        {
            ReadKeys(terminal, secret);
        }

        secret.MakeReadOnly();
        return secret;
    }

    private static void ReadKeys(TerminalInterface terminal, SecureString secret)
    {
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    terminal.WriteLine();
                    return;
                case ConsoleKey.Backspace when secret.Length > 0:
                    secret.RemoveAt(secret.Length - 1);
                    terminal.Write("\b \b");
                    break;
                default:
                    if (char.IsControl(key.KeyChar))
                        break;
                    secret.AppendChar(key.KeyChar);
                    terminal.Write("*");
                    break;
            }
        }
    }
}
