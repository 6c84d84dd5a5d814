namespace BlueGreen.Hosting;

/// <summary>Text for people that has parts from elsewhere: failure messages of tasks, labels, names.</summary>
public static class LogText
{
    /// <summary>
    /// In an Azure DevOps job (<c>TF_BUILD</c> is set) every line of output can be a command to the agent. There, the text comes
    /// back on one line and unable to start one; elsewhere it comes back as it is.
    /// </summary>
    /// <remarks>Source: Azure DevOps, "Logging commands": <c>##vso[area.action ...]</c> and <c>##[command]</c>, anywhere in a line.</remarks>
    public static string Safe(string? text) => text is null ? "" : InPipeline ? Neutralise(text) : text;

    private static bool InPipeline => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TF_BUILD"));

    private static string Neutralise(string text) => text
        .Replace("\r\n", " ").Replace('\r', ' ').Replace('\n', ' ')
        .Replace("##", "# #");
}
