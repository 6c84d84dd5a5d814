using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using BlueGreen.Acceptance.Support;

namespace BlueGreen.Acceptance;

/// <summary>Other versions of the module's libraries are loaded before it is imported; see <see cref="BuiltModule"/>.</summary>
public sealed class IsolationTests : MarathonTest
{
    private static IEnumerable<Assembly> Loaded(string name) => AppDomain.CurrentDomain.GetAssemblies().Where(a => a.GetName().Name == name);

    [Fact]
    public void A_deployment_file_in_YAML_is_read_although_another_YamlDotNet_was_loaded_first()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("bluegreen-").FullName, "app.yaml");
        File.WriteAllText(file, "id: /yaml\ninstances: 3\nenv:\n  VERSION: 1.10\n");
        try
        {
            var app = Shell.Run("New-MarathonApp -Path $args[0] -PassThru", file).Single;
            Assert.Equal(3, app.Properties["Instances"].Value);
            Assert.Contains("\"VERSION\":\"1.10\"", Assert.Single(Marathon.Changes), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }

        Assert.Contains(Loaded("YamlDotNet"), a => a.GetName().Version!.Major == 16);
        Assert.Contains(Loaded("YamlDotNet"), a => a.GetName().Version!.Major == 18 && AssemblyLoadContext.GetLoadContext(a)!.Name == "BlueGreen");
    }

    [Fact]
    public void There_is_one_engine_and_it_is_in_a_context_of_its_own_with_all_that_it_depends_on()
    {
        Shell.Run("Get-MarathonApp; Get-Command Start-BlueGreenDeployment -Syntax").ThrowIfFailed();
        var engine = Assert.Single(Loaded("BlueGreen.Engine"));
        var context = AssemblyLoadContext.GetLoadContext(engine)!;
        Assert.Equal("BlueGreen", context.Name);
        foreach (var name in new[] { "Newtonsoft.Json", "YamlDotNet", "Polly.Core", "Sylvan.Data.Csv", "System.Net.ServerSentEvents", "Microsoft.Bcl.AsyncInterfaces" })
        {
            var bound = context.LoadFromAssemblyName(engine.GetReferencedAssemblies().Single(r => r.Name == name));
            // What .NET itself brings has no second version in the process.
            if (!bound.Location.StartsWith(RuntimeEnvironment.GetRuntimeDirectory(), StringComparison.Ordinal)) Assert.StartsWith(BuiltModule.Folder, bound.Location, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_cmdlets_refer_to_nothing_that_could_be_bound_to_another_modules_version()
    {
        var references = Loaded("BlueGreen").Single().GetReferencedAssemblies().Select(r => r.Name!).Order();
        Assert.Equal(["BlueGreen.Engine", "System.Collections.Immutable", "System.Management.Automation", "netstandard"], references);
    }

    [Fact]
    public void No_public_type_makes_the_engine_load_before_the_module_can_say_from_where()
    {
        var cmdlets = Loaded("BlueGreen").Single();
        Assert.All(cmdlets.GetExportedTypes(), type =>
        {
            Assert.DoesNotContain(type.GetInterfaces().Append(type.BaseType!), IsOfDependency);
            var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            Assert.DoesNotContain(fields, f => f.FieldType.IsValueType && IsOfDependency(Nullable.GetUnderlyingType(f.FieldType) ?? f.FieldType));
        });

        static bool IsOfDependency(Type type) => type.Assembly.Location.StartsWith(BuiltModule.Folder, StringComparison.Ordinal)
            ? type.Assembly.GetName().Name != "BlueGreen"
            : type.Assembly.GetName().Name == "System.Collections.Immutable";
    }
}
