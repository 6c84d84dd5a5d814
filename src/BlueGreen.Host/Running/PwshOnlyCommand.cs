namespace BlueGreen.Host.Running;

/// <summary>Stands in for a command that only pwsh has, and says so.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PwshOnly")]
internal sealed class PwshOnlyCommand : PSCmdlet
{
    [Parameter(ValueFromRemainingArguments = true)]
    public object?[] Arguments { get; set; } = [];

    protected override void BeginProcessing()
    {
        var command = MyInvocation.MyCommand.Name;
        var message = $"'{command}' is part of pwsh (module {PwshCommands.ModuleFor(command)}) and not of BlueGreen.Host.";
        var reason = new CommandNotFoundException(message);
        var error = new ErrorRecord(reason, "CommandNotFoundException", ErrorCategory.ObjectNotFound, command)
        {
            ErrorDetails = new ErrorDetails(message)
            {
                RecommendedAction = "Run this with pwsh 7.4 or newer. 'BlueGreen.Host -Help' lists the commands that are here.",
            },
        };
        ThrowTerminatingError(error);
    }
}
