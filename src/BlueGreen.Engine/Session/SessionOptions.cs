namespace BlueGreen.Engine.Session;

/// <summary>Which cluster a session is about, and how it is reached.</summary>
public sealed record SessionOptions
{
    /// <summary>The session's name; for people.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Addresses of one Marathon cluster's instances, or of the gateway in front of it; a path such as <c>/service/marathon</c> is
    /// kept. A user and password in the address serve as the credential when there is no other.
    /// </summary>
    public required IReadOnlyList<Uri> MarathonUris { get; init; }

    /// <summary>
    /// Addresses of marathon-lb's statistics port, such as <c>http://marathon-lb.marathon.mesos:9090</c>. Every A record of a host is
    /// an instance. <c>marathon:/marathon-lb</c>, with <c>:9090</c> behind it where the port is another, stands for the tasks of that app in
    /// Marathon. A user and password in the address answer HAProxy's <c>stats auth</c>; with an app, as
    /// <c>marathon://user:password@app/marathon-lb</c>.
    /// </summary>
    public IReadOnlyList<Uri> LoadBalancerUris { get; init; } = [];

    /// <summary>The user for Marathon's basic authentication; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password that goes with <see cref="UserName"/>.</summary>
    public Secret? Password { get; init; }

    /// <summary>
    /// A token, sent as <c>token=...</c> to a DC/OS gateway (an address with <c>/service/</c> in its path), as <c>Bearer ...</c> to others.
    /// A text that names its scheme already (<c>token=...</c>, <c>Bearer ...</c>) is sent as it is.
    /// </summary>
    public Secret? Token { get; init; }

    /// <summary>
    /// The JSON file of a DC/OS service account, which signs in and renews its token by itself; null for none. It goes before
    /// <see cref="Token"/> and <see cref="UserName"/>.
    /// </summary>
    public string? DcosServiceAccountPath { get; init; }

    /// <summary>The content of such a file, where it comes from somewhere else, such as the environment; null for none.</summary>
    public Secret? DcosServiceAccountJson { get; init; }

    /// <summary>A PEM file with the cluster's own certificate authorities; null for those of the machine.</summary>
    public string? CertificateAuthorityPath { get; init; }

    /// <summary>Takes any certificate. Whoever is on the way can then read and change everything.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>How long one request to Marathon may take, in seconds.</summary>
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>
    /// The folder in which each deployment leaves its journal; empty or <c>off</c> for none, null for what the environment variable
    /// <c>BLUEGREEN_JOURNAL</c> says, or else <c>BlueGreen/journal</c> below the user's local application data.
    /// </summary>
    public string? JournalPath { get; init; }

    /// <summary>
    /// How many of the newest journals to keep in that folder, 0 for all; null for what the environment variable <c>BLUEGREEN_JOURNAL_KEEP</c>
    /// says, or else 500.
    /// </summary>
    public int? JournalKeep { get; init; }

    /// <summary>HAProxy's admin sockets: <c>unix:/path</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> HaproxySockets { get; init; } = [];

    /// <summary>HAProxy's master sockets: <c>unix:/path</c> or <c>host:port</c>.</summary>
    public IReadOnlyList<string> HaproxyMasterSockets { get; init; } = [];
}
