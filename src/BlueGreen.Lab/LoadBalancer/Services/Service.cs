using System.Collections.Immutable;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>A task's port behind a service.</summary>
internal sealed record Backend(string Host, string Ip, int Port, bool Draining);

/// <summary>One service port of an app (or deployment group): a frontend and a backend of HAProxy.</summary>
internal sealed class Service(string appId, int port)
{
    /// <summary>App id or <c>/group</c>.</summary>
    public string AppId { get; } = appId;

    /// <summary>The port that clients use; <c>HAPROXY_{n}_PORT</c> wins over Marathon's service port.</summary>
    public int Port { get; set; } = port;

    public List<Backend> Backends { get; } = [];

    public HealthCheck? HealthCheck { get; set; }

    public bool Enabled { get; set; } = true;

    /// <summary>From <c>HAPROXY_GROUP</c>.</summary>
    public ImmutableArray<string> Groups { get; set; } = [];

    /// <summary>From <c>HAPROXY_{n}_GROUP</c>; wins when not empty.</summary>
    public ImmutableArray<string> PortGroups { get; set; } = [];

    /// <summary>Set mode, or null: <c>http</c> with a virtual host, else <c>tcp</c>.</summary>
    public string? Mode { get; set; }

    public string Balance { get; set; } = "roundrobin";

    /// <summary>Null: the load balancer's own address.</summary>
    public string? BindAddress { get; set; }

    public string? BindOptions { get; set; }

    public string? SslCertificate { get; set; }

    public bool Sticky { get; set; }

    /// <summary>Virtual host names, comma separated, lower case.</summary>
    public string? Hostname { get; set; }

    public string? Path { get; set; }

    public bool RedirectToHttps { get; set; }

    public bool UseHsts { get; set; }

    public BasicAuth? Auth { get; set; }

    public string? ProxyPath { get; set; }

    public string? ReverseProxyPath { get; set; }

    public string? RedirectPath { get; set; }

    public string? NetworkAllowed { get; set; }

    public int BackendWeight { get; set; }

    public int? HealthCheckPortIndex { get; set; }

    /// <summary>Templates set by labels of this service, by template name.</summary>
    public Dictionary<string, string> Templates { get; } = new(StringComparer.Ordinal);

    public string EffectiveMode => Mode ?? (string.IsNullOrEmpty(Hostname) ? "tcp" : "http");

    /// <summary>The name of the frontend and of the backend.</summary>
    public string BackendName => $"{AppId[1..].Replace('/', '_')}_{Port}";
}

/// <summary>Basic authentication of a service; the password is in crypt(3) form.</summary>
internal sealed record BasicAuth(string Realm, string User, string Password);
