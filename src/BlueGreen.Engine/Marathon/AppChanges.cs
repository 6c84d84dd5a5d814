namespace BlueGreen.Engine.Marathon;

/// <summary>What is to be different in a definition. Members that are null or empty change nothing.</summary>
public sealed record AppChanges
{
    /// <summary>The container's image.</summary>
    public string? Image { get; init; }

    /// <summary>The shell command.</summary>
    public string? Cmd { get; init; }

    /// <summary>How many instances.</summary>
    public int? Instances { get; init; }

    /// <summary>Environment values to set; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Env { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>Labels to set; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Labels { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>
    /// Any member, by its path: <c>container.docker.forcePullImage</c>, <c>healthChecks[0].path</c>, <c>labels['a.b']</c>. Objects on the
    /// way are made where there are none; an index may be one past the end, to append. Null removes the member.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Set { get; init; } = ImmutableDictionary<string, object?>.Empty;
}
