using System.Collections.ObjectModel;
using System.Management.Automation.Host;
using System.Security;

namespace BlueGreen.Host.Terminal;

/// <summary>This part asks.</summary>
internal sealed partial class TerminalInterface : IHostUISupportsMultipleChoiceSelection
{
    public override string ReadLine()
    {
        RequireInteractive();
        return ReadAnswer() ?? "";
    }

    public override SecureString ReadLineAsSecureString()
    {
        RequireInteractive();
        return ReadSecret("");
    }

    public override Dictionary<string, PSObject?> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireInteractive();
        WriteHeading(caption, message);
        var prompt = new FieldPrompt(this);
        var answers = new Dictionary<string, PSObject?>();
        foreach (var field in descriptions)
        {
            answers[field.Name] = prompt.Ask(field);
            // The engine takes no answers for a refusal, and names the parameters that it misses.
            if (prompt.InputEnded)
                return null!;
        }

        return answers;
    }

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireInteractive();
        WriteHeading(caption, message);
        return new ChoicePrompt(this, choices).AskOne(defaultChoice);
    }

    public Collection<int> PromptForChoice(
        string? caption, string? message, Collection<ChoiceDescription> choices, IEnumerable<int>? defaultChoices)
    {
        RequireInteractive();
        WriteHeading(caption, message);
        return new ChoicePrompt(this, choices).AskMany([.. defaultChoices ?? []]);
    }

    public override PSCredential? PromptForCredential(string caption, string message, string userName, string targetName) =>
        PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential? PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options)
    {
        RequireInteractive();
        WriteHeading(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            Write("User: ");
            userName = ReadAnswer() ?? "";
            if (userName.Length == 0)
                return null;
        }

        return new PSCredential(userName, ReadSecret($"Password for user {userName}: "));
    }

    /// <summary>The next line of input without its end; null when the input is over.</summary>
    /// <param name="isSecret">The line must not be seen.</param>
    /// <exception cref="PipelineStoppedException">Ctrl-C was typed, or the host is to end.</exception>
    public string? ReadAnswer(bool isSecret = false)
    {
        lock (_gate)
            _progress.Hide();
        try
        {
            return Console.IsInputRedirected ? ReadLineOfInput(isSecret) : Interruptible(() => KeyLine.Read(_out, isSecret));
        }
        catch (OperationCanceledException)
        {
            CtrlC?.Invoke();
            throw new PipelineStoppedException();
        }
        finally
        {
            BeginLine();
        }
    }

    /// <summary>Asks for an answer that is not shown.</summary>
    public SecureString ReadSecret(string question)
    {
        using var echo = TerminalEcho.Off();
        Write(question);
        var secret = new SecureString();
        foreach (var character in ReadAnswer(isSecret: true) ?? "")
            secret.AppendChar(character);
        secret.MakeReadOnly();
        return secret;
    }

    /// <summary>Waits for input in a way that <see cref="StopReading"/> ends.</summary>
    /// <exception cref="PipelineStoppedException">The host is to end.</exception>
    public T Interruptible<T>(Func<T> read)
    {
        // A read from a terminal cannot be called back: it is left alone on its thread, which does not keep the process.
        var reading = Task.Run(read);
        try
        {
            Task.WaitAny([reading], _ending.Token);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }

        return reading.GetAwaiter().GetResult();
    }

    /// <summary>Ends all waiting for input, for good.</summary>
    public void StopReading() => _ending.Cancel();

    // What a terminal would have shown is written, so that the text reads as it would there.
    private string? ReadLineOfInput(bool isSecret)
    {
        var line = Interruptible(Console.In.ReadLine);
        WriteLine(isSecret ? "" : line ?? "");
        return line;
    }

    private void WriteHeading(string? caption, string? message)
    {
        if (!_atLineStart || !string.IsNullOrEmpty(caption))
            WriteLine();
        if (!string.IsNullOrEmpty(caption))
            WriteLine(_colourOut ? $"{PSStyle.Instance.Bold}{caption}{PSStyle.Instance.Reset}" : caption);
        if (!string.IsNullOrEmpty(message))
            WriteLine(message);
    }

    private void RequireInteractive()
    {
        if (_nonInteractive)
        {
            throw new PSInvalidOperationException(
                "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available. "
                + "Give the answer as a parameter, or run without -NonInteractive.");
        }
    }
}
