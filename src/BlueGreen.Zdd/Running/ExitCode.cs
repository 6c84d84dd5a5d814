using BlueGreen.Engine;
using BlueGreen.Engine.Deployment;

namespace BlueGreen.Zdd.Running;

/// <summary>
/// zdd.py's exit codes. Source: mesosphere/marathon-lb, <c>zdd_exceptions.py</c>. Where its code leaves with another one than it documents
/// (a DELETE that fails or a missing id: 2), the documented one is given.
/// </summary>
internal enum ExitCode
{
    Done = 0,
    AnsweredNo = 1,
    Other = 2,
    InvalidArgument = 3,
    MissingField = 4,
    LoadBalancer = 5,
    Marathon = 6,
    Create = 7,
    Delete = 8,
    Scale = 9,

    /// <summary>Not one of zdd.py's, which waits for ever or cuts sessions instead: held, with everything served.</summary>
    Held = 10,
}

/// <summary>An end that has its exit code already.</summary>
internal sealed class ZddException(ExitCode exitCode, string message, string remedy) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;

    public string Remedy { get; } = remedy;
}

internal static class ExitCodes
{
    public static ExitCode Of(BlueGreenDeployment deployment) => deployment.Result switch
    {
        DeploymentResult.Stopped => ExitCode.AnsweredNo,
        DeploymentResult.Held when deployment.FailedAct is { } act => Of(act),
        DeploymentResult.Held => deployment.ReasonId switch
        {
            "HealthTimeout" or "DrainTimeout" or "ForeignChange" => ExitCode.Held,
            "LoadBalancerTimeout" or "ServerStaysDown" => ExitCode.LoadBalancer,
            "MarathonUnreachable" => ExitCode.Marathon,
            _ => ExitCode.Other,
        },
        _ => ExitCode.Done,
    };

    public static ExitCode Of(BlueGreenException error) => error switch
    {
        { FailedAct: { } act } => Of(act),
        { ErrorId: "MissingId" or "MissingLabel" or "MissingServicePort" } => ExitCode.MissingField,
        { ErrorId: "InvalidInstances" or "NoDeploymentInProgress" } => ExitCode.InvalidArgument,
        { ErrorId: "LoadBalancerUnresolvable" or "LoadBalancerUnreachable" } => ExitCode.LoadBalancer,
        { Kind: ErrorKind.Unavailable or ErrorKind.Timeout or ErrorKind.ProtocolError } => ExitCode.Marathon,
        { Kind: ErrorKind.AuthenticationFailed or ErrorKind.PermissionDenied } => ExitCode.Marathon,
        // Something else than Marathon answers with 404.
        { ErrorId: "NotFound" } => ExitCode.Marathon,
        _ => ExitCode.Other,
    };

    private static ExitCode Of(ActKind act) => act switch
    {
        ActKind.Create => ExitCode.Create,
        ActKind.Delete => ExitCode.Delete,
        _ => ExitCode.Scale,
    };
}
