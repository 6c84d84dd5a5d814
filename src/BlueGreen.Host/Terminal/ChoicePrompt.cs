using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace BlueGreen.Host.Terminal;

/// <summary>Asks for one of several choices, by hot key or by name; <c>?</c> tells what each means.</summary>
internal sealed class ChoicePrompt(TerminalInterface terminal, Collection<ChoiceDescription> choices)
{
    private readonly List<Choice> _choices = [.. choices.Select(Choice.From)];

    public int AskOne(int defaultChoice)
    {
        while (true)
        {
            var answer = Ask(defaultChoice >= 0 ? [defaultChoice] : []);
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            if (Find(answer) is { } index)
                return index;
        }
    }

    public Collection<int> AskMany(IReadOnlyList<int> defaultChoices)
    {
        var chosen = new Collection<int>();
        while (true)
        {
            var answer = Ask(defaultChoices, $"Choice[{chosen.Count}]: ");
            if (answer.Length == 0)
                return chosen.Count == 0 ? [.. defaultChoices] : chosen;
            if (Find(answer) is { } index)
                chosen.Add(index);
        }
    }

    private string Ask(IReadOnlyList<int> defaults, string label = "")
    {
        while (true)
        {
            var help = defaults.Count == 0 ? "" : $" (default is \"{string.Join(',', defaults.Select(index => _choices[index].Key))}\")";
            terminal.Write($"{string.Join("  ", _choices.Select(choice => choice.Offer))}  [?] Help{help}: {label}");
            var answer = terminal.ReadAnswer()
                ?? throw new PSInvalidOperationException("The question was not answered: standard input is at its end.");
            if (answer.Trim() != "?")
                return answer.Trim();
            foreach (var choice in _choices)
                terminal.WriteLine($"{choice.Key} - {choice.Help}");
        }
    }

    private int? Find(string answer)
    {
        var index = _choices.FindIndex(choice =>
            answer.Equals(choice.Key, StringComparison.CurrentCultureIgnoreCase)
            || answer.Equals(choice.Name, StringComparison.CurrentCultureIgnoreCase));
        return index < 0 ? null : index;
    }

    private sealed record Choice(string Key, string Name, string Help)
    {
        public string Offer => $"[{Key}] {Name}";

        // The letter after '&' is the hot key; a choice without one is chosen by its name.
        public static Choice From(ChoiceDescription description)
        {
            var label = description.Label;
            var mark = label.IndexOf('&', StringComparison.Ordinal);
            var name = label.Replace("&", "", StringComparison.Ordinal);
            var key = mark >= 0 && mark + 1 < label.Length ? label.Substring(mark + 1, 1).ToUpperInvariant() : name;
            return new Choice(key, name, string.IsNullOrEmpty(description.HelpMessage) ? name : description.HelpMessage);
        }
    }
}
