using System.Management.Automation;
using BlueGreen.Engine;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Marathon;

/// <summary>Ids of apps as users write them: with or without the leading slash, with wildcards.</summary>
internal static class AppIds
{
    /// <summary>The absolute id.</summary>
    public static string Absolute(string id) => id.StartsWith("/", StringComparison.Ordinal) ? id : "/" + id;

    /// <summary>A pattern that matches absolute ids.</summary>
    public static WildcardPattern Pattern(string id) => WildcardPattern.Get(Absolute(id), WildcardOptions.IgnoreCase);

    /// <summary>True for a pattern, false for the id of one app.</summary>
    public static bool IsPattern(string id) => WildcardPattern.ContainsWildcardCharacters(id);

    /// <summary>Finds what each of the ids stands for. An id without wildcards that is not there is an error, a pattern is not.</summary>
    /// <param name="marathon">The cluster.</param>
    /// <param name="ids">Ids and patterns.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="onMissing">Takes the error about an id that is not there.</param>
    public static async Task<IReadOnlyList<MarathonApp>> FindAsync(
        IMarathon marathon, IReadOnlyCollection<string> ids, CancellationToken token, Action<BlueGreenException> onMissing)
    {
        var found = new List<MarathonApp>();
        if (ids.Any(IsPattern))
        {
            var patterns = ids.Where(IsPattern).Select(Pattern).ToList();
            var all = await marathon.GetAppsAsync(null, token).ConfigureAwait(false);
            found.AddRange(all.Where(app => patterns.Exists(p => p.IsMatch(app.Id))));
        }

        foreach (var id in ids.Where(id => !IsPattern(id)).Select(Absolute))
        {
            if (await marathon.FindAppAsync(id, token).ConfigureAwait(false) is { } app)
            {
                found.Add(app);
            }
            else
            {
                onMissing(Missing(id));
            }
        }

        return [.. found.GroupBy(app => app.Id, StringComparer.Ordinal).Select(same => same.First())];
    }

    /// <summary>The error about an app that is not there.</summary>
    public static BlueGreenException Missing(string id) => new(
        ErrorKind.NotFound, "AppNotFound", $"There is no app '{id}'.", "Get-MarathonApp lists the apps of the cluster.", id);

    /// <summary>The error about a task that is not there.</summary>
    public static BlueGreenException MissingTask(string id) => new(
        ErrorKind.NotFound, "TaskNotFound", $"There is no task '{id}'.", "Get-MarathonTask lists the tasks; this one may have ended.", id);
}
