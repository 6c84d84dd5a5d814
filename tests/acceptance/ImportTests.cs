using System.Management.Automation;
using System.Reflection;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

public sealed class ImportTests : IDisposable
{
    private readonly ModuleRunspace _shell = new();

    private static Assembly Cmdlets => AppDomain.CurrentDomain.GetAssemblies().Single(a => a.GetName().Name == "BlueGreen");

    private static IEnumerable<Type> CmdletTypes => Cmdlets.GetExportedTypes().Where(t => t.GetCustomAttribute<CmdletAttribute>() is not null);

    [Fact]
    public void Every_command_is_exported_by_name_and_nothing_else_is()
    {
        var classes = CmdletTypes.Select(t => t.GetCustomAttribute<CmdletAttribute>()!).Select(a => $"{a.VerbName}-{a.NounName}").Order();
        var exported = _shell.Run("(Get-Module BlueGreen).ExportedCommands.Keys").ThrowIfFailed().Output.Select(o => o.ToString()).Order();
        Assert.Equal(classes, exported);
        Assert.DoesNotContain("*", File.ReadAllText(BuiltModule.Manifest), StringComparison.Ordinal);
    }

    [Fact]
    public void The_manifest_is_valid_and_names_both_editions()
    {
        var manifest = _shell.Run("Test-ModuleManifest $args[0]", BuiltModule.Manifest).Single;
        Assert.Equal(["Desktop", "Core"], (IEnumerable<string>)manifest.Properties["CompatiblePSEditions"].Value);
    }

    [Fact]
    public void Every_command_says_what_it_puts_out_and_is_one_sealed_class()
    {
        Assert.All(CmdletTypes, type =>
        {
            Assert.True(type.IsSealed, $"{type.Name} is not sealed.");
            Assert.NotEmpty(type.GetCustomAttributes<OutputTypeAttribute>());
        });
    }

    [Fact]
    public void Every_verb_is_an_approved_one_of_Windows_PowerShell_too()
    {
        string[] newer = ["Build", "Deploy"];
        var approved = new[] { typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle), typeof(VerbsSecurity) }
            .SelectMany(verbs => verbs.GetFields().Select(verb => (string)verb.GetValue(null)!)).Except(newer).ToHashSet();
        Assert.All(CmdletTypes, type => Assert.Contains(type.GetCustomAttribute<CmdletAttribute>()!.VerbName, approved));
    }

    [Fact]
    public void The_engine_of_PowerShell_does_not_ship() =>
        Assert.Empty(Directory.GetFiles(BuiltModule.Folder, "System.Management.Automation.dll", SearchOption.AllDirectories));

    [Fact]
    public void The_module_can_be_removed_and_imported_again()
    {
        var again = _shell.Run("Remove-Module BlueGreen; Import-Module $args[0]; Get-BlueGreenSession", BuiltModule.Manifest);
        Assert.Empty(again.ThrowIfFailed().Output);
    }

    public void Dispose() => _shell.Dispose();
}
