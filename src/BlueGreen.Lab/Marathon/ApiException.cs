using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Marathon;

/// <summary>An answer other than success, with Marathon's body for it.</summary>
internal sealed class ApiException(int status, JsonObject body) : Exception(body["message"]?.GetValue<string>())
{
    public int Status { get; } = status;

    public JsonObject Body { get; } = body;

    public static ApiException BadRequest(string message) => new(400, new JsonObject { ["message"] = message });

    public static ApiException NotFound(string message) => new(404, new JsonObject { ["message"] = message });

    public static ApiException AppNotFound(PathId id, string? version = null) =>
        NotFound($"App '{id}' does not exist{InVersion(version)}");

    public static ApiException GroupNotFound(PathId id, string? version = null) =>
        NotFound($"Group '{id}' does not exist{InVersion(version)}");

    public static ApiException Conflict(string message) => new(409, new JsonObject { ["message"] = message });

    public static ApiException Unprocessable(string message) => new(422, new JsonObject { ["message"] = message });

    /// <summary>Another deployment holds an app that this change touches.</summary>
    public static ApiException AppLocked(IEnumerable<string> deploymentIds) => new(409, new JsonObject
    {
        ["message"] = "App is locked by one or more deployments. Override with the option '?force=true'. " +
                      "View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
        ["deployments"] = new JsonArray([.. deploymentIds.Select(id => new JsonObject { ["id"] = id })]),
    });

    /// <summary>The JSON is well-formed but a member has the wrong type or a value out of bounds.</summary>
    public static ApiException WrongShape(IEnumerable<Violation> violations) => Detailed("Invalid JSON", violations);

    /// <summary>The definition as a whole breaks a rule.</summary>
    public static ApiException NotValid(IEnumerable<Violation> violations) => Detailed("Object is not valid", violations);

    private static ApiException Detailed(string message, IEnumerable<Violation> violations) => new(422, new JsonObject
    {
        ["message"] = message,
        ["details"] = new JsonArray([.. violations.GroupBy(v => v.Path).Select(group => new JsonObject
        {
            ["path"] = group.Key,
            ["errors"] = new JsonArray([.. group.Select(v => JsonValue.Create(v.Error)).Distinct()]),
        })]),
    });

    private static string InVersion(string? version) => version is null ? "" : $" in version {version}";
}

/// <summary>One broken rule and the member that broke it, as Marathon reports both.</summary>
internal sealed record Violation(string Path, string Error);
