using System.Management.Automation;
using BlueGreen.Engine;

namespace BlueGreen.Hosting;

/// <summary>The engine's errors as PowerShell's: id, category, target, and what to do about it.</summary>
internal static class ErrorRecords
{
    /// <summary>From 7.5 on the error view prints the recommended action by itself.</summary>
    private static readonly bool ViewPrintsAction = typeof(PSCmdlet).Assembly.GetName().Version >= new Version(7, 5);

    public static ErrorRecord From(BlueGreenException error, object? target)
    {
        var message = LogText.Safe(error.Message);
        var remedy = LogText.Safe(error.Remedy);
        return new ErrorRecord(error, error.ErrorId, Category(error.Kind), target ?? error.Target)
        {
            ErrorDetails = new ErrorDetails(ViewPrintsAction || remedy.Length == 0 ? message : $"{message} {remedy}")
            {
                RecommendedAction = remedy,
            },
        };
    }

    private static ErrorCategory Category(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        ErrorKind.InvalidData => ErrorCategory.InvalidData,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        ErrorKind.Locked => ErrorCategory.ResourceBusy,
        ErrorKind.AuthenticationFailed => ErrorCategory.AuthenticationError,
        ErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        ErrorKind.Unavailable => ErrorCategory.ConnectionError,
        ErrorKind.Timeout => ErrorCategory.OperationTimeout,
        ErrorKind.ProtocolError => ErrorCategory.ProtocolError,
        ErrorKind.Unsafe => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
