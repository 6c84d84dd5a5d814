using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Marathon;

/// <summary>Makes partial updates of live apps.</summary>
public static class AppUpdate
{
    /// <summary>
    /// The members of an app that changes make different, each whole: Marathon replaces a member that it is sent, so a single label
    /// must go with all others. Null when nothing would be different.
    /// </summary>
    /// <exception cref="BlueGreenException"><c>ChangeNotPossible</c> naming the path that cannot be followed.</exception>
    public static AppDefinition? Of(MarathonApp app, AppChanges changes)
    {
        var before = new AppDefinition(app.CopyJson()).With(new AppChanges()).CopyJson();
        var after = new AppDefinition(app.CopyJson()).With(changes).CopyJson();
        var update = new JObject();
        foreach (var name in before.Properties().Concat(after.Properties()).Select(p => p.Name).Distinct())
        {
            // A member that is removed is sent as null; Marathon then takes its default.
            if (!JToken.DeepEquals(before[name], after[name])) update[name] = after[name] ?? JValue.CreateNull();
        }

        return update.HasValues ? new AppDefinition(update) : null;
    }
}
