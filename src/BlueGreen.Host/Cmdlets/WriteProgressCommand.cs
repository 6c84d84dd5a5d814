namespace BlueGreen.Host.Cmdlets;

/// <summary>Write-Progress.</summary>
[Cmdlet(VerbsCommunications.Write, "Progress")]
public sealed class WriteProgressCommand : PSCmdlet
{
    /// <summary>What is being done.</summary>
    [Parameter(Position = 0)]
    public string Activity { get; set; } = "";

    /// <summary>How it stands.</summary>
    [Parameter(Position = 1)]
    public string Status { get; set; } = "Processing";

    /// <summary>Tells activities apart.</summary>
    [Parameter(Position = 2)]
    [ValidateRange(0, int.MaxValue)]
    public int Id { get; set; }

    /// <summary>0 to 100; -1 when it is not known.</summary>
    [Parameter]
    [ValidateRange(-1, 100)]
    public int PercentComplete { get; set; } = -1;

    /// <summary>Seconds; -1 when it is not known.</summary>
    [Parameter]
    public int SecondsRemaining { get; set; } = -1;

    /// <summary>The step at hand.</summary>
    [Parameter]
    public string CurrentOperation { get; set; } = "";

    /// <summary>The activity that this one is a part of.</summary>
    [Parameter]
    [ValidateRange(-1, int.MaxValue)]
    public int ParentId { get; set; } = -1;

    /// <summary>The activity is over.</summary>
    [Parameter]
    public SwitchParameter Completed { get; set; }

    /// <summary>Tells sources apart.</summary>
    [Parameter]
    public int SourceId { get; set; }

    protected override void ProcessRecord()
    {
        var record = new ProgressRecord(Id, Activity.Length > 0 ? Activity : "Processing", Status)
        {
            ParentActivityId = ParentId,
            PercentComplete = PercentComplete,
            SecondsRemaining = SecondsRemaining,
            CurrentOperation = CurrentOperation,
            RecordType = Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        };
        // The cmdlet's own WriteProgress would take each call for another source.
        CommandRuntime.WriteProgress(SourceId, record);
    }
}
