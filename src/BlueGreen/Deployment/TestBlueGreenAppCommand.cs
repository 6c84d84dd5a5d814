using System.Management.Automation;
using BlueGreen.Engine.Marathon;
using BlueGreen.Engine.Preflight;
using BlueGreen.Hosting;

namespace BlueGreen.Deployment;

/// <summary>Looks app definitions through for what is known to go wrong in a blue/green deployment. Asks no cluster.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BlueGreenApp", DefaultParameterSetName = ByPath)]
[OutputType(typeof(bool))]
[OutputType(typeof(PreflightFinding))]
public sealed class TestBlueGreenAppCommand : EngineCmdlet
{
    private const string ByPath = "Path";
    private const string ByApp = "InputObject";

    /// <summary>Files with app definitions, in JSON or YAML.</summary>
    [Parameter(ParameterSetName = ByPath, Mandatory = true, Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Live apps.</summary>
    [Parameter(ParameterSetName = ByApp, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MarathonApp? InputObject { get; set; }

    /// <summary>Puts out each finding, instead of one yes or no.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is { } app) Try(app.Id, () => Check(AppDefinition.FromApp(app)));
        else TryEachDefinition(Path, Check);
    }

    private void Check(AppDefinition definition)
    {
        var findings = AppPreflight.Check(definition);
        if (Detailed)
        {
            WriteObject(findings, enumerateCollection: true);
            return;
        }

        foreach (var finding in findings.Where(f => f.Severity != PreflightSeverity.Information))
        {
            WriteWarning(LogText.Safe($"{finding.Message} {finding.Remedy}"));
        }

        WriteObject(AppPreflight.Passes(findings));
    }
}
