namespace BlueGreen.Lab.Marathon.State;

/// <summary>
/// When an app last changed and how. Scaling leaves the time of the last configuration change alone; a configuration
/// change moves both; a restart moves the configuration time only.
/// </summary>
internal sealed record VersionInfo(DateTimeOffset Version, DateTimeOffset LastScalingAt, DateTimeOffset LastConfigChangeAt)
{
    public static VersionInfo New(DateTimeOffset version) => new(version, version, version);

    public VersionInfo Scaled(DateTimeOffset version) => this with { Version = version, LastScalingAt = version };

    public VersionInfo Restarted(DateTimeOffset version) => this with { Version = version, LastConfigChangeAt = version };
}
