using System.Runtime.CompilerServices;

namespace BlueGreen.Host.Tests;

internal static class NoJournal
{
    /// <summary>What tests deploy, in this process and below, is not to be found among the user's own journals.</summary>
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("BLUEGREEN_JOURNAL", "off");
}
