using BlueGreen.Engine.Deployment;

namespace BlueGreen.Engine;

/// <summary>What kind of trouble an error is; a caller maps it to its own categories.</summary>
public enum ErrorKind
{
    /// <summary>An argument makes no sense or contradicts another.</summary>
    InvalidArgument,

    /// <summary>A file or a payload cannot be read as what it should be.</summary>
    InvalidData,

    /// <summary>The app, task, deployment or group is not there.</summary>
    NotFound,

    /// <summary>Something of that name is there already.</summary>
    AlreadyExists,

    /// <summary>Another deployment or another driver holds it.</summary>
    Locked,

    /// <summary>Not signed in (401).</summary>
    AuthenticationFailed,

    /// <summary>Signed in, but not allowed (403).</summary>
    PermissionDenied,

    /// <summary>The endpoint cannot be reached or answers that it cannot serve.</summary>
    Unavailable,

    /// <summary>Something did not happen within its time.</summary>
    Timeout,

    /// <summary>The other side answered in a way that its API does not allow.</summary>
    ProtocolError,

    /// <summary>Going on would break a promise: nothing was done.</summary>
    Unsafe,
}

/// <summary>An error that says what was wrong, where, and what to do about it.</summary>
public sealed class BlueGreenException(
    ErrorKind kind, string errorId, string message, string remedy, string? target = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What kind of trouble it is.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>A stable id, such as <c>AppNotFound</c>; scripts may rely on it.</summary>
    public string ErrorId { get; } = errorId;

    /// <summary>What the user can do.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>The app, task, file or endpoint it is about.</summary>
    public string? Target { get; } = target;

    /// <summary>The change of a deployment that Marathon refused; null when it is about something else.</summary>
    public ActKind? FailedAct { get; internal set; }
}
