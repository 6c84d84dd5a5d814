namespace BlueGreen.Engine.Marathon;

/// <summary>Makes addresses out of app ids. An id is a path: its slashes stay, everything else is escaped.</summary>
internal static class AppPath
{
    /// <summary>The absolute id: with a slash in front and none behind.</summary>
    public static string Absolute(string id) => "/" + id.Trim('/');

    /// <summary>The path of an app in Marathon's API.</summary>
    /// <exception cref="BlueGreenException"><c>InvalidAppId</c>: the id would lead to another address than an app's.</exception>
    public static string Of(string id)
    {
        var segments = id.Trim('/').Split('/');
        // '.' and '..' would be resolved on the way and so reach another app; '*' asks for a whole group.
        if (segments.Any(segment => segment is "" or "." or ".." or "*"))
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "InvalidAppId", $"'{id}' is not the id of an app.",
                "Give a path such as /shop/web: no empty segment, no '.', '..' or '*'.", id);
        }

        return "/v2/apps/" + string.Join("/", segments.Select(Uri.EscapeDataString));
    }
}
