using System.Management.Automation;
using System.Net;
using System.Security;
using BlueGreen.Engine;
using BlueGreen.Engine.Session;
using BlueGreen.Hosting;

namespace BlueGreen.Session;

/// <summary>Opens a session with a cluster and makes it the runspace's default one.</summary>
[Cmdlet(VerbsCommunications.Connect, "BlueGreen", DefaultParameterSetName = Anonymous)]
[OutputType(typeof(BlueGreenSession))]
public sealed class ConnectBlueGreenCommand : EngineCmdlet
{
    private const string Anonymous = "Anonymous";
    private const string WithCredential = "Credential";
    private const string WithToken = "Token";
    private const string WithServiceAccount = "DcosServiceAccount";

    /// <summary>Marathon's address; several for the instances of one cluster.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public Uri[] MarathonUri { get; set; } = [];

    /// <summary>Addresses of the load balancers' statistics ports.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public Uri[] MarathonLbUri { get; set; } = [];

    /// <summary>User and password for Marathon.</summary>
    [Parameter(ParameterSetName = WithCredential, Mandatory = true)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A token for Marathon, or for the DC/OS gateway in front of it.</summary>
    [Parameter(ParameterSetName = WithToken, Mandatory = true)]
    [ValidateNotNull]
    public SecureString? Token { get; set; }

    /// <summary>The JSON file of a DC/OS service account.</summary>
    [Parameter(ParameterSetName = WithServiceAccount, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? DcosServiceAccount { get; set; }

    /// <summary>A PEM file with the cluster's own certificate authorities.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthority { get; set; }

    /// <summary>Takes any certificate.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>HAProxy's admin sockets: <c>unix:/path</c> or <c>host:port</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] HaproxySocket { get; set; } = [];

    /// <summary>HAProxy's master sockets: <c>unix:/path</c> or <c>host:port</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] HaproxyMasterSocket { get; set; } = [];

    /// <summary>How long one request to Marathon may take.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSec { get; set; } = 30;

    /// <summary>The folder in which each deployment leaves its journal.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? JournalPath { get; set; }

    /// <summary>How many of the newest journals to keep in that folder; 0 for all.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int JournalKeep { get; set; }

    /// <summary>How the session is called in -Session.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => TryAll(() =>
    {
        if (SkipCertificateCheck) WriteWarning("Certificates are not checked: whoever is on the way can read and change everything.");
        var cluster = ClusterSession.Create(Options(), SilentSink.Instance);
        try
        {
            var info = Run(async call =>
            {
                using var _ = cluster.Listen(call.Sink);
                await cluster.CheckSocketsAsync(call.Token).ConfigureAwait(false);
                return await cluster.Marathon.GetInfoAsync(call.Token).ConfigureAwait(false);
            });
            WriteVerbose(LogText.Safe($"Connected to {info.Name} {info.Version}, leader {info.Leader ?? "unknown"}."));
        }
        catch
        {
            cluster.Dispose();
            throw;
        }

        var session = new BlueGreenSession(cluster);
        State.Add(session);
        WriteObject(session);
    });

    private SessionOptions Options() => new()
    {
        Name = Name,
        MarathonUris = MarathonUri,
        LoadBalancerUris = MarathonLbUri,
        UserName = Credential?.UserName,
        Password = Credential is { } credential ? Reveal(credential.Password) : null,
        Token = Token is { } token ? Reveal(token) : null,
        DcosServiceAccountPath = DcosServiceAccount is { } account ? ResolveFiles(account)[0] : null,
        CertificateAuthorityPath = CertificateAuthority is { } path ? ResolveFiles(path)[0] : null,
        SkipCertificateCheck = SkipCertificateCheck,
        TimeoutSeconds = TimeoutSec,
        HaproxySockets = HaproxySocket,
        HaproxyMasterSockets = HaproxyMasterSocket,
        JournalPath = JournalPath is { Length: > 0 } folder && !string.Equals(folder, "off", StringComparison.OrdinalIgnoreCase)
            ? SessionState.Path.GetUnresolvedProviderPathFromPSPath(folder)
            : MyInvocation.BoundParameters.ContainsKey(nameof(JournalPath)) ? "" : null,
        JournalKeep = MyInvocation.BoundParameters.ContainsKey(nameof(JournalKeep)) ? JournalKeep : null,
    };

    private static Secret Reveal(SecureString secret) => new(() => new NetworkCredential("", secret).Password);
}
