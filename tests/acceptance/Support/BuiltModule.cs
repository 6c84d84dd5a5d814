using System.Reflection;
using System.Runtime.Loader;

namespace BlueGreen.Acceptance.Support;

/// <summary>The module as it ships, found upward from this assembly.</summary>
internal static class BuiltModule
{
    static BuiltModule()
    {
        // Read once, when the engine loads.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        // Journals of tests are nobody's history.
        Environment.SetEnvironmentVariable("BLUEGREEN_JOURNAL", Journals);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Journals, recursive: true);
        // The tests decide by themselves when they are in an Azure DevOps job.
        Environment.SetEnvironmentVariable("TF_BUILD", null);
        LoadOthers();
    }

    /// <summary>Where the journals of these tests lie.</summary>
    public static string Journals { get; } = Directory.CreateTempSubdirectory("bluegreen-journal").FullName;

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The module's folder.</summary>
    public static string Folder { get; } = Path.Combine(Root, "out", "BlueGreen");

    /// <summary>The manifest.</summary>
    public static string Manifest => File.Exists(Path.Combine(Folder, "BlueGreen.psd1"))
        ? Path.Combine(Folder, "BlueGreen.psd1")
        : throw new InvalidOperationException($"The module is not built: {Folder} has no BlueGreen.psd1. Run ./build.sh build first.");

    /// <summary>The program of the lab.</summary>
    public static string Lab => Path.Combine(Folder, "lab", "BlueGreen.Lab.dll");

    /// <summary>The console host, built beside these tests.</summary>
    public static string Host => Path.Combine(
        Root, "src", "BlueGreen.Host", "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!, "net10.0", "BlueGreen.Host.dll");

    /// <summary>
    /// The same libraries in other versions, loaded before the module is imported for the first time: every test here runs beside them.
    /// </summary>
    private static void LoadOthers()
    {
        var others = Path.Combine(AppContext.BaseDirectory, "others");
        Assembly.LoadFrom(Path.Combine(others, "YamlDotNet.dll"));
        // The engine brings Newtonsoft.Json 13 by itself; an older one can be in a context of another module only.
        new AssemblyLoadContext("another module").LoadFromAssemblyPath(Path.Combine(others, "Newtonsoft.Json.dll"));
        Assembly.Load("Newtonsoft.Json");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BlueGreen.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"The repository is not above {AppContext.BaseDirectory}.");
    }
}
