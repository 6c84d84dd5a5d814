using System.Management.Automation;
using System.Text;
using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Reporting;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>Makes a page of a deployment: one HTML file that needs nothing else.</summary>
[Cmdlet(VerbsData.Export, "BlueGreenReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBlueGreenReportCommand : EngineCmdlet
{
    /// <summary>A deployment, or its history.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object? InputObject { get; set; }

    /// <summary>The file to write, or a folder.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Replaces a file that is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Puts the file out.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Path, () =>
    {
        var history = HistoryOf((InputObject as PSObject)?.BaseObject ?? InputObject);
        var file = FileFor(history);
        if (File.Exists(file) && !Force)
        {
            throw new BlueGreenException(ErrorKind.AlreadyExists, "ReportExists", $"There is a file {file} already.", "Give another path, or -Force to replace it.", file);
        }

        if (!ShouldProcess(file, $"Write the report of {LogText.Safe(history.Group)}")) return;
        Write(file, ReportPage.Write(history));
        if (PassThru) WriteObject(new FileInfo(file));
    });

    private static DeploymentHistory HistoryOf(object? input) => input switch
    {
        DeploymentHistory history => history,
        BlueGreenDeployment { JournalFile: { } file } => HistoryReader.Read(file),
        BlueGreenDeployment deployment => throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NoJournal", $"The deployment of {deployment.Group} left no journal.",
            "Connect with -JournalPath, and see that the folder can be written to.", deployment.Group),
        _ => throw new BlueGreenException(
            ErrorKind.InvalidArgument, "NoJournal", $"'{input}' is no deployment.", "Give what Get-BlueGreenHistory or Start-BlueGreenDeployment puts out."),
    };

    private string FileFor(DeploymentHistory history)
    {
        var path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        return Directory.Exists(path) || Path.EndsWith("/", StringComparison.Ordinal) || Path.EndsWith("\\", StringComparison.Ordinal)
            ? System.IO.Path.Combine(path, System.IO.Path.GetFileNameWithoutExtension(history.JournalFile) + ".html")
            : path;
    }

    private static void Write(string file, string html)
    {
        try
        {
            if (System.IO.Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            File.WriteAllText(file, html, new UTF8Encoding(false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "ReportUnwritable", $"The report cannot be written to {file}: {error.Message}", "Check the path and the rights on the folder.", file, error);
        }
    }
}
