using System.Text.Json.Nodes;
using BlueGreen.Lab.Marathon.Definitions;
using BlueGreen.Lab.Marathon.State;

namespace BlueGreen.Lab.Marathon.Api;

/// <summary>Makes app definitions of what clients send. Source: <c>AppHelpers.scala</c> of mesosphere/marathon at 90619da.</summary>
internal sealed class AppChanges(MarathonCluster cluster)
{
    /// <summary>A whole app, as <c>POST</c> takes it.</summary>
    public AppDefinition Create(JsonNode? body, PathId? basePath = null)
    {
        var source = AppShape.App.Parse(body);
        var id = PathId.Parse(source.Text("id")!, basePath);
        return Runnable(new AppDefinition(AppNormalizer.Normalize(source, id)));
    }

    /// <summary>
    /// A change of an app: partial unless <paramref name="partial"/> is off or there is nothing to lay it over;
    /// with nothing but a <c>version</c>, a return to that version.
    /// </summary>
    public AppDefinition Change(AppDefinition? current, PathId id, JsonNode? body, bool partial, bool mayCreate)
    {
        if (current is null || !partial)
        {
            if (body is not JsonObject given) throw ApiException.WrongShape([new Violation("/", "error.expected.jsobject")]);
            var whole = (JsonObject)given.DeepClone();
            whole["id"] = id.ToString();
            var replacement = Create(whole);
            if (current is null && !mayCreate) throw ApiException.AppNotFound(id);
            return current is null ? replacement : replacement.WithVersionInfo(current.VersionInfo!);
        }

        var update = AppShape.Update.Parse(body);
        if (update.Text("version") is { } version)
        {
            if (update.Any(m => m.Key is not ("id" or "version")))
                throw ApiException.NotValid([new Violation("/", "The 'version' field may only be combined with the 'id' field.")]);
            return cluster.Groups.AppAt(id, Timestamps.Parse(version)) ?? throw ApiException.AppNotFound(id);
        }

        return Runnable(current.WithJson(AppNormalizer.Merge(current.CopyJson(), update, id)));
    }

    /// <summary>Refuses what Marathon would take and this cluster cannot run, with what to do instead.</summary>
    private AppDefinition Runnable(AppDefinition app)
    {
        if (app.Mode != NetworkMode.Host && cluster.Runner.IsolationUnavailable is { } reason)
            throw ApiException.NotValid([new Violation("/networks", reason)]);
        if (app.Command is null && app.Arguments.Count == 0)
        {
            throw ApiException.NotValid([new Violation("/cmd",
                "The lab runs processes of this machine and cannot start the program of an image: give the app a cmd or args.")]);
        }

        return app;
    }
}
