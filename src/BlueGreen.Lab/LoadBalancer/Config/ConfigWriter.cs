using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BlueGreen.Lab.LoadBalancer.Model;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>
/// Writes HAProxy's configuration for services: marathon-lb's <c>config</c>. Left out of it: HAProxy maps
/// (<c>--haproxy-map</c>), <c>--group-https-by-vhost</c>, and templates from files or the environment.
/// </summary>
internal static class ConfigWriter
{
    private const string AllowHttp = "  http-request allow if network_allowed\n  http-request deny\n";
    private const string AllowTcp = "  tcp-request content accept if network_allowed\n  tcp-request content reject\n";

    /// <exception cref="AppListException">A label's template or index does not fit.</exception>
    public static string Write(ConfigSettings settings, ImmutableArray<Service> services)
    {
        var shown = services
            .Where(service => IsServed(settings, service) && service.Enabled && service.Backends.Count > 0)
            .OrderBy(service => service.AppId, StringComparer.Ordinal)
            .ThenBy(service => service.Port)
            .ToList();
        var userlists = new StringBuilder();
        var frontends = new StringBuilder();
        var backends = new StringBuilder();
        var byAppId = new StringBuilder();
        var virtualHosts = new List<(int Weight, string Http, string Https)>();
        var appIds = new HashSet<string>(StringComparer.Ordinal);

        foreach (var service in shown)
        {
            var bindAddress = service.BindAddress ?? settings.Address.ToString();
            var fields = FieldsOf(service, bindAddress);
            if (service.Auth is not null)
                userlists.Append(Templates.Fill(service, "USERLIST_HEAD", fields));
            frontends.Append(Templates.Fill(service, "FRONTEND_HEAD", fields));
            frontends.Append(Templates.Fill(service, "FRONTEND_BACKEND_GLUE", fields));
            if (settings.VirtualHosts && !string.IsNullOrEmpty(service.Hostname))
            {
                var (http, https) = VirtualHostRules.Write(service, bindAddress);
                virtualHosts.Add((service.BackendWeight, http, https));
            }

            if (service.EffectiveMode == "http" && appIds.Add(service.AppId))
                byAppId.Append(Templates.Fill(service, "HTTP_FRONTEND_APPID_ACL", fields));
            AppendBackend(backends, service, services, fields);
        }

        var heavyFirst = virtualHosts.OrderByDescending(rules => rules.Weight).ToList();
        var text = new StringBuilder(ConfigHead.Write(settings)).Append(userlists);
        if (settings.VirtualHosts)
            AppendFrontend(text, "marathon_http_in", $"{settings.Address}:80", heavyFirst.Select(rules => rules.Http));
        AppendFrontend(text, "marathon_http_appid_in", $"{settings.Address}:{settings.AppIdPort}", [byAppId.ToString()]);
        if (settings.VirtualHosts && !settings.Certificates.IsEmpty)
        {
            var certificates = string.Join(' ', settings.Certificates.Select(file => "crt " + file));
            AppendFrontend(text, "marathon_https_in", $"{settings.Address}:443 ssl {certificates}", heavyFirst.Select(rules => rules.Https));
        }

        return text.Append(frontends).Append(backends).ToString();
    }

    /// <summary>Backends in the order of their servers.</summary>
    public static ImmutableArray<Backend> Sorted(IEnumerable<Backend> backends) =>
        [.. backends.OrderBy(backend => backend.Host, StringComparer.Ordinal).ThenBy(backend => backend.Port)];

    private static bool IsServed(ConfigSettings settings, Service service)
    {
        var groups = service.PortGroups.IsEmpty ? service.Groups : service.PortGroups;
        return settings.Groups.Contains("*") || groups.Any(settings.Groups.Contains);
    }

    private static Dictionary<string, string> FieldsOf(Service service, string bindAddress) => new(StringComparer.Ordinal)
    {
        ["backend"] = service.BackendName,
        ["appId"] = service.AppId,
        ["cleanedUpAppId"] = ServerNames.Clean(service.AppId),
        ["bindAddr"] = bindAddress,
        ["servicePort"] = service.Port.ToString(CultureInfo.InvariantCulture),
        ["mode"] = service.EffectiveMode,
        ["balance"] = service.Balance,
        ["sslCert"] = string.IsNullOrEmpty(service.SslCertificate) ? "" : " ssl crt " + service.SslCertificate,
        ["bindOptions"] = string.IsNullOrEmpty(service.BindOptions) ? "" : " " + service.BindOptions,
        ["hostname"] = service.Hostname ?? "None",
        ["user"] = service.Auth?.User ?? "",
        ["passwd"] = service.Auth?.Password ?? "",
        ["proxypath"] = service.ProxyPath ?? "",
        ["rootpath"] = service.ReverseProxyPath ?? "",
        ["redirpath"] = service.RedirectPath ?? "",
    };

    private static void AppendFrontend(StringBuilder text, string name, string bind, IEnumerable<string> rules)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nfrontend {name}\n  bind {bind}\n  mode http\n").AppendJoin("", rules);
    }

    private static void AppendBackend(
        StringBuilder text, Service service, ImmutableArray<Service> all, Dictionary<string, string> fields)
    {
        text.Append(Templates.Fill(service, "BACKEND_HEAD", fields));
        if (service.EffectiveMode == "http")
            AppendHttpOptions(text, service, fields);
        AppendNetworks(text, service);
        if (service.Sticky)
            text.Append(Templates.For(service, "BACKEND_STICKY_OPTIONS"));
        text.Append(HealthCheckText.OfBackend(service, all));

        var taken = new HashSet<int>();
        foreach (var (index, backend) in Sorted(service.Backends).Index())
            AppendServer(text, service, all, index, backend, taken);
    }

    private static void AppendHttpOptions(StringBuilder text, Service service, Dictionary<string, string> fields)
    {
        if (service.UseHsts)
            text.Append(Templates.For(service, "BACKEND_HSTS_OPTIONS"));
        text.Append(Templates.For(service, "BACKEND_HTTP_OPTIONS"));
        if (!string.IsNullOrEmpty(service.ProxyPath))
            text.Append(Templates.Fill(service, "HTTP_BACKEND_PROXYPASS_GLUE", fields));
        if (!string.IsNullOrEmpty(service.ReverseProxyPath))
            text.Append(Templates.Fill(service, "HTTP_BACKEND_REVPROXY_GLUE", fields));
        if (!string.IsNullOrEmpty(service.RedirectPath))
            text.Append(Templates.Fill(service, "HTTP_BACKEND_REDIR", fields));
    }

    private static void AppendNetworks(StringBuilder text, Service service)
    {
        if (string.IsNullOrEmpty(service.NetworkAllowed) || service.EffectiveMode is not ("http" or "tcp"))
            return;
        var (template, rest) = service.EffectiveMode == "http"
            ? ("HTTP_BACKEND_NETWORK_ALLOWED_ACL", AllowHttp)
            : ("TCP_BACKEND_NETWORK_ALLOWED_ACL", AllowTcp);
        foreach (var network in service.NetworkAllowed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            text.Append(Templates.Fill(service, template, new Dictionary<string, string> { ["network_allowed"] = network }));
        text.Append(rest);
    }

    private static void AppendServer(
        StringBuilder text, Service service, ImmutableArray<Service> all, int index, Backend backend, HashSet<int> taken)
    {
        var name = ServerNames.NameOf(backend);
        text.Append(Templates.Fill(service, "BACKEND_SERVER_OPTIONS", new Dictionary<string, string>
        {
            ["host"] = backend.Host,
            ["host_ipv4"] = backend.Ip,
            ["port"] = backend.Port.ToString(CultureInfo.InvariantCulture),
            ["serverName"] = name,
            ["serverId"] = ServerNames.IdOf(name, taken).ToString(CultureInfo.InvariantCulture),
            ["cookieOptions"] = service.Sticky ? " check cookie " + ServerNames.CookieOf(name) : "",
            ["healthCheckOptions"] = HealthCheckText.OfServer(service, all, index),
            ["otherOptions"] = backend.Draining ? " disabled" : "",
        }));
    }
}
