namespace BlueGreen.Zdd.Running;

/// <summary>Asks on standard output and reads the answer from standard input.</summary>
internal sealed class Prompt(TextReader input, TextWriter output, bool alwaysYes)
{
    /// <summary>True for yes. An empty line is yes; what is neither yes nor no is asked again.</summary>
    /// <exception cref="ZddException">There is nobody to answer.</exception>
    public async Task<bool> AskAsync(string question, CancellationToken cancellationToken)
    {
        if (alwaysYes) return true;
        while (true)
        {
            await output.WriteAsync($"{question} [Y/n] ".AsMemory(), cancellationToken);
            await output.FlushAsync(cancellationToken);
            // A console's reader blocks: a signal has to end the wait all the same.
            var line = await Task.Run(input.ReadLine, cancellationToken).WaitAsync(cancellationToken);
            switch (line?.ToLowerInvariant())
            {
                case null:
                    throw new ZddException(
                        ExitCode.Other, $"Standard input ended where the answer to '{question}' was to come; nothing was done about it.",
                        "Give --force, which answers every question with yes.");
                case "" or "y" or "ye" or "yes":
                    return true;
                case "n" or "no":
                    return false;
            }

            await output.WriteAsync("Please respond with 'yes' or 'no' (or 'y' or 'n').\n".AsMemory(), cancellationToken);
        }
    }
}
