using System.Management.Automation;
using System.Management.Automation.Language;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class HelpTests : IDisposable
{
    private readonly ModuleRunspace _shell = new();

    private static readonly HashSet<string> Common = [.. Cmdlet.CommonParameters];

    [Fact]
    public void Every_command_and_every_parameter_is_described_and_has_two_examples()
    {
        foreach (var command in _shell.Run("Get-Command -Module BlueGreen").ThrowIfFailed().Output.Select(o => (CmdletInfo)o.BaseObject))
        {
            var help = _shell.Run("Get-Help $args[0] -Full", command.Name).Single;
            Assert.True(Text(help, "Synopsis").Length > 10, $"{command.Name} has no synopsis.");
            Assert.True(Text(help, "description").Length > 10, $"{command.Name} has no description.");
            Assert.True(Items(help, "examples", "example").Count >= 2, $"{command.Name} has fewer than two examples.");
            var described = Items(help, "parameters", "parameter").ToDictionary(p => Text(p, "name"), p => Text(p, "description"));
            foreach (var name in command.Parameters.Keys.Except(Common))
            {
                Assert.True(described.TryGetValue(name, out var text) && text.Length > 5, $"{command.Name} -{name} is not described.");
            }
        }
    }

    [Fact]
    public void Every_example_can_be_parsed_and_uses_parameters_that_are_there()
    {
        foreach (var command in _shell.Run("Get-Command -Module BlueGreen").ThrowIfFailed().Output.Select(o => (CmdletInfo)o.BaseObject))
        {
            foreach (var example in Items(_shell.Run("Get-Help $args[0] -Full", command.Name).Single, "examples", "example"))
            {
                AssertRuns(Text(example, "code"), $"an example of {command.Name}");
            }
        }
    }

    [Fact]
    public void The_scripts_in_examples_can_be_parsed_and_use_parameters_that_are_there() =>
        Assert.All(
            Directory.GetFiles(Path.Combine(BuiltModule.Root, "examples"), "*.ps1"),
            script => AssertRuns(File.ReadAllText(script), Path.GetFileName(script)));

    [Fact]
    public void The_topic_about_the_module_is_found() =>
        Assert.Contains("no request lost", _shell.Run("Get-Help about_BlueGreen").Single.ToString().ReplaceLineEndings(" ").Replace("    ", "", StringComparison.Ordinal), StringComparison.Ordinal);

    public void Dispose() => _shell.Dispose();

    private void AssertRuns(string script, string what)
    {
        var tree = Parser.ParseInput(script, out _, out var errors);
        Assert.True(errors.Length == 0, $"{what} cannot be parsed: {errors.FirstOrDefault()?.Message}");
        var commands = _shell.Run("Get-Command -Module BlueGreen").Output.Select(o => (CmdletInfo)o.BaseObject).ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var call in tree.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
        {
            if (call.GetCommandName() is not { } name || !commands.TryGetValue(name, out var command)) continue;
            foreach (var parameter in call.CommandElements.OfType<CommandParameterAst>())
            {
                Assert.True(
                    command.Parameters.Values.Any(p => p.Name.Equals(parameter.ParameterName, StringComparison.OrdinalIgnoreCase)
                        || p.Aliases.Contains(parameter.ParameterName, StringComparer.OrdinalIgnoreCase)),
                    $"{what}: {name} has no parameter -{parameter.ParameterName}.");
            }
        }
    }

    private static IReadOnlyList<PSObject> Items(PSObject help, string list, string item) =>
        help.Properties[list]?.Value is PSObject found && found.Properties[item]?.Value is { } value
            ? [.. LanguagePrimitives.GetEnumerable(value)?.Cast<object>().Select(PSObject.AsPSObject) ?? [PSObject.AsPSObject(value)]]
            : [];

    private static string Text(PSObject help, string member) => help.Properties[member]?.Value switch
    {
        null => "",
        string text => text.Trim(),
        var value when LanguagePrimitives.GetEnumerable(value) is { } list =>
            string.Join(' ', list.Cast<object>().Select(p => PSObject.AsPSObject(p).Properties["Text"]?.Value ?? p)).Trim(),
        var value => value.ToString()!.Trim(),
    };
}
