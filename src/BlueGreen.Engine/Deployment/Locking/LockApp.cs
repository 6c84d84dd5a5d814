using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BlueGreen.Engine.Marathon;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Deployment.Locking;

/// <summary>
/// The lock of a group as it lies in Marathon: an app of its own that wants no instance, has no port and no label that marathon-lb or
/// zdd.py would read. A label of the live apps could not serve, since changing one restarts their tasks. Creating an app is atomic, so
/// each generation of the lock is an id of its own.
/// </summary>
internal sealed record LockApp
{
    public const string GroupLabel = "BLUEGREEN_LOCK";

    private const string Prefix = "BLUEGREEN_LOCK_";

    public required string Group { get; init; }

    /// <summary>The folder of the group's apps, with a slash at its end.</summary>
    public required string Folder { get; init; }

    /// <summary>From 1 up; who takes a lock over makes the next one.</summary>
    public required int Generation { get; init; }

    /// <summary>Told anew for each hold.</summary>
    public required string Token { get; init; }

    public required DriverIdentity Driver { get; init; }

    /// <summary>What the driver does, in words that go behind its name.</summary>
    public required string Does { get; init; }

    /// <summary>Since when, by the driver's clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it was last renewed, by the driver's clock.</summary>
    public required DateTimeOffset Renewed { get; init; }

    public string Id => $"{Folder}bluegreen-lock-{LegalName(Group)}.{Generation.ToString(CultureInfo.InvariantCulture)}";

    public string Who => $"{Driver.User} on {Driver.Host} (process {Driver.ProcessId}), who {Does} since {Text(Since)}";

    public static AppQuery Query(string group) => new(LabelSelector: $"{GroupLabel}=={AppQuery.Escape(group)}");

    public static string FolderOf(string appId)
    {
        var id = AppPath.Absolute(appId);
        return id.Substring(0, id.LastIndexOf('/') + 1);
    }

    /// <summary>Reads a lock; null for an app that is none of this group.</summary>
    public static LockApp? Read(MarathonApp app, string group)
    {
        if (app.Labels.GetValueOrDefault(GroupLabel) != group) return null;
        return new LockApp
        {
            Group = group,
            Folder = FolderOf(app.Id),
            Generation = int.TryParse(app.Id.Substring(app.Id.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0,
            Token = Label("TOKEN"),
            Driver = new DriverIdentity(Label("HOST"), Label("USER"), Label("PROCESS")),
            Does = Label("DOES"),
            Since = Time("SINCE"),
            Renewed = Time("RENEWED"),
        };

        string Label(string name) => app.Labels.GetValueOrDefault(Prefix + name) ?? "";

        DateTimeOffset Time(string name) =>
            DateTimeOffset.TryParse(Label(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;
    }

    /// <summary>The app to create.</summary>
    public AppDefinition Define() => new(new JObject
    {
        ["id"] = Id,
        ["cmd"] = "exit 0",
        ["instances"] = 0,
        ["cpus"] = 0.01,
        ["mem"] = 16,
        ["portDefinitions"] = new JArray(),
        ["labels"] = Labels(),
    });

    /// <summary>The change that renews it. Alone it is no app: a lock that is gone does not come back by it.</summary>
    public AppDefinition Renewal() => new(new JObject { ["labels"] = Labels() });

    private JObject Labels() => new()
    {
        [GroupLabel] = Group,
        [Prefix + "TOKEN"] = Token,
        [Prefix + "HOST"] = Driver.Host,
        [Prefix + "USER"] = Driver.User,
        [Prefix + "PROCESS"] = Driver.Process,
        [Prefix + "DOES"] = Does,
        [Prefix + "SINCE"] = Text(Since),
        [Prefix + "RENEWED"] = Text(Renewed),
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// A name that Marathon takes in an id: small letters, digits and hyphens. A name that had to be changed gets a hash behind it, so that
    /// no two groups share a lock.
    /// </summary>
    private static string LegalName(string group)
    {
        var legal = string.Concat(group.ToLowerInvariant().Select(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' ? c : '-')).Trim('-');
        if (legal == group) return legal;
        using var hash = SHA256.Create();
        var suffix = string.Concat(hash.ComputeHash(Encoding.UTF8.GetBytes(group)).Take(4).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
        return legal.Length == 0 ? suffix : $"{legal}-{suffix}";
    }
}
