using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Turns what Marathon refuses, and what never reached it, into errors with a stable id and a remedy.</summary>
internal static class MarathonErrors
{
    /// <summary>Where the ids of the deployments that hold an app are kept in <see cref="Exception.Data"/>.</summary>
    public const string DeploymentsKey = "DeploymentIds";

    public static BlueGreenException Unreachable(NoAnswerException error, int tries) => error.Kind != NoAnswerKind.Untrusted
        ? new BlueGreenException(
            ErrorKind.Unavailable, "MarathonUnreachable",
            $"Marathon at {error.Endpoint} cannot be reached: {error.Message}{(tries > 1 ? $" (tried {tries} times)" : "")}.",
            "Check the address and the network. While a new leader is elected this passes after some seconds.", error.Endpoint.AbsoluteUri, error)
        : new BlueGreenException(
            ErrorKind.Unavailable, "CertificateNotTrusted", $"The certificate of {error.Endpoint} is not trusted: {error.Message}",
            "Give the cluster's own authority with -CertificateAuthority, or -SkipCertificateCheck if you know what answers there.",
            error.Endpoint.AbsoluteUri, error);

    public static BlueGreenException RedirectRefused(Uri address, Uri next, MarathonRequest request) => new(
        ErrorKind.ProtocolError, "RedirectRefused",
        $"{request.Method} {Bare(address)} was sent on to {Bare(next)}, which is not followed"
        + (request.IsRead ? ": too many redirects." : " for a change."),
        $"Connect to {next.Scheme}://{next.Authority} directly, if that is Marathon.", request.Target ?? Bare(address));

    public static BlueGreenException NotMarathon(MarathonAnswer answer, MarathonRequest request) => new(
        ErrorKind.ProtocolError, "MarathonAnswerUnreadable",
        $"{answer.Endpoint} answered {request.Method} {Path(request)} with status {answer.Status} and {Kind(answer)} instead of Marathon's JSON.",
        "Check that the address leads to Marathon (behind DC/OS: https://<cluster>/service/marathon) and not to a login page or a proxy.",
        request.Target ?? answer.Endpoint.AbsoluteUri);

    /// <summary>The error that an answer other than a success stands for.</summary>
    public static BlueGreenException From(MarathonAnswer answer, MarathonRequest request)
    {
        var body = answer.MayBeJson ? JsonText.TryParseObject(answer.Body) : null;
        var said = body?.Text("message") is { Length: > 0 } message ? $": {message}" : ".";
        var target = request.Target ?? answer.Endpoint.AbsoluteUri;
        return answer.Status switch
        {
            401 => new BlueGreenException(
                ErrorKind.AuthenticationFailed, "AuthenticationFailed", $"{answer.Endpoint} asks who you are (401){said}",
                "Connect again with -Credential, -Token or -DcosServiceAccount; a token may have run out.", target),
            403 when said.IndexOf("running deployments", StringComparison.OrdinalIgnoreCase) >= 0 => new BlueGreenException(
                ErrorKind.Locked, "TooManyDeployments", $"Marathon takes up no more deployments now{said}",
                "Wait until some of the running deployments end: Get-MarathonDeployment lists them.", target),
            403 => new BlueGreenException(
                ErrorKind.PermissionDenied, "PermissionDenied", $"{answer.Endpoint} does not allow {request.Method} {Path(request)} (403){said}",
                "Ask for the right to do this, or connect as somebody who has it.", target),
            _ when answer.IsPassing => new BlueGreenException(
                ErrorKind.Unavailable, "MarathonUnreachable", $"Marathon at {answer.Endpoint} cannot serve now: it answers {answer.Status}{said}",
                "Try again: while a new leader is elected this passes after some seconds.", target),
            404 when body is not null => NotFound(request, said, target),
            409 when body is not null => Conflict(body, request, said, target),
            400 or 422 when body is not null => Refused(body, request, target),
            _ when body is not null => new BlueGreenException(
                ErrorKind.ProtocolError, "MarathonFailed", $"Marathon failed at {request.Method} {Path(request)} (status {answer.Status}){said}",
                "Marathon's own log says more.", target),
            _ => NotMarathon(answer, request),
        };
    }

    private static BlueGreenException NotFound(MarathonRequest request, string said, string target) => request.Subject switch
    {
        MarathonSubject.App => new BlueGreenException(
            ErrorKind.NotFound, "AppNotFound", $"There is no app {target}{said}", "Check the id: Get-MarathonApp lists all apps.", target),
        MarathonSubject.Deployment => new BlueGreenException(
            ErrorKind.NotFound, "DeploymentNotFound", $"There is no deployment {target}{said}",
            "It has probably ended: Get-MarathonDeployment lists those that run.", target),
        _ => new BlueGreenException(
            ErrorKind.NotFound, "NotFound", $"Marathon does not know {Path(request)}{said}", "Check the address and Marathon's version.", target),
    };

    private static BlueGreenException Conflict(JObject body, MarathonRequest request, string said, string target)
    {
        var holders = body["deployments"] is JArray deployments
            ? deployments.OfType<JObject>().Select(d => d.Text("id")).OfType<string>().ToArray()
            : [];
        if (holders.Length == 0 && said.IndexOf("locked", StringComparison.OrdinalIgnoreCase) < 0)
        {
            return request.Method == HttpMethod.Post
                ? new BlueGreenException(
                    ErrorKind.AlreadyExists, "AppExists", $"{target} cannot be created{said}", "Choose another id, or remove the app first.", target)
                : new BlueGreenException(
                    ErrorKind.Locked, "AppConflict", $"{target} cannot be changed now{said}", "Look at the app again, then repeat the change.", target);
        }

        var error = new BlueGreenException(
            ErrorKind.Locked, "AppLocked",
            $"{target} is held by {(holders.Length == 0 ? "another deployment" : $"deployment {string.Join(", ", holders)}")}.",
            "Wait until it ends (Wait-MarathonDeployment), roll it back (Undo-MarathonDeployment), or override it with -Force.", target);
        error.Data[DeploymentsKey] = holders;
        return error;
    }

    private static BlueGreenException Refused(JObject body, MarathonRequest request, string target)
    {
        var details = body["details"] switch
        {
            JArray list => string.Join(" ", list.OfType<JObject>().Select(Detail)),
            JValue { Value: not null } text => text.AsText(),
            _ => "",
        };
        var (errorId, what, remedy) = request.Subject switch
        {
            MarathonSubject.App => ("AppRefused", "the app", "Correct the definition where it says so; nothing was changed."),
            MarathonSubject.Tasks => ("TasksRefused", "the tasks", "Check the task ids: Get-MarathonTask lists them; nothing was killed."),
            _ => ("RequestRefused", $"{request.Method} {Path(request)}", "Correct the request; nothing was changed."),
        };
        var said = string.Join(": ", new[] { body.Text("message")?.TrimEnd('.'), details }.Where(s => !string.IsNullOrEmpty(s)));
        return new BlueGreenException(ErrorKind.InvalidData, errorId, $"Marathon refuses {what}: {said}", remedy, target);
    }

    private static string Detail(JObject detail)
    {
        var errors = detail["errors"] is JArray list ? string.Join("; ", list.Select(e => e.AsText())) : detail["errors"]?.AsText();
        return $"{detail.Text("path") ?? "/"}: {errors ?? "not valid"}.";
    }

    private static string Kind(MarathonAnswer answer) =>
        answer.Body.Length == 0 ? "no body" : answer.MayBeJson ? "a body that is no JSON object" : "an HTML page";

    private static string Bare(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static string Path(MarathonRequest request) => request.PathAndQuery.Split('?')[0];
}
