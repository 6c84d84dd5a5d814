using System.Collections.Immutable;

namespace BlueGreen.Lab.Marathon.State;

/// <summary>What a group has besides its apps and subgroups.</summary>
internal sealed record GroupNode(ImmutableSortedSet<PathId> Dependencies, DateTimeOffset Version);

/// <summary>All apps and groups at one moment; every change makes another root.</summary>
internal sealed record RootGroup(
    ImmutableSortedDictionary<PathId, AppDefinition> Apps,
    ImmutableSortedDictionary<PathId, GroupNode> Groups,
    DateTimeOffset Version)
{
    public static RootGroup Empty(DateTimeOffset version) => new(
        ImmutableSortedDictionary<PathId, AppDefinition>.Empty,
        ImmutableSortedDictionary<PathId, GroupNode>.Empty.Add(PathId.Root, new GroupNode([], version)),
        version);

    public AppDefinition? App(PathId id) => Apps.GetValueOrDefault(id);

    public bool HasGroup(PathId id) => Groups.ContainsKey(id);

    public IEnumerable<AppDefinition> AppsBelow(PathId group) => Apps.Values.Where(app => app.Id.IsBelowOrAt(group));

    public IEnumerable<PathId> SubgroupsOf(PathId group) => Groups.Keys.Where(g => !g.IsRoot && g.Parent == group);

    public RootGroup With(AppDefinition app, DateTimeOffset version) =>
        WithGroup(app.Id.Parent, version) with { Apps = Apps.SetItem(app.Id, app) };

    /// <summary>Makes the group and its ancestors, where they are missing.</summary>
    public RootGroup WithGroup(PathId group, DateTimeOffset version)
    {
        var groups = Groups;
        foreach (var id in group.Ancestors.Prepend(group))
        {
            if (!groups.ContainsKey(id)) groups = groups.Add(id, new GroupNode([], version));
        }

        return this with { Groups = groups };
    }

    public RootGroup WithoutApp(PathId id) => this with { Apps = Apps.Remove(id) };

    /// <summary>Takes the group away with all that is below it; the root itself can only be emptied.</summary>
    public RootGroup WithoutGroup(PathId id) => this with
    {
        Apps = Apps.RemoveRange(AppsBelow(id).Select(app => app.Id).ToList()),
        Groups = Groups.RemoveRange(Groups.Keys.Where(g => !g.IsRoot && g.IsBelowOrAt(id)).ToList()),
    };

    /// <summary>The apps and groups that <paramref name="app"/> waits for, its groups' dependencies included.</summary>
    public IEnumerable<AppDefinition> DependenciesOf(AppDefinition app) => app.Dependencies
        .Concat(app.Id.Ancestors.SelectMany(g => Groups.TryGetValue(g, out var node) ? node.Dependencies : []))
        .SelectMany(AppsBelow)
        .Where(other => other.Id != app.Id)
        .Distinct();
}
