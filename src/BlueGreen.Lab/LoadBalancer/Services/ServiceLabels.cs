using BlueGreen.Lab.LoadBalancer.Config;
using BlueGreen.Lab.LoadBalancer.Model;

namespace BlueGreen.Lab.LoadBalancer.Services;

/// <summary>
/// The labels <c>HAPROXY_{n}_*</c> of one service port. They are applied in the order of their names, as marathon-lb does:
/// it matters for <c>BACKEND_WEIGHT</c> and <c>PATH</c>.
/// </summary>
internal static class ServiceLabels
{
    private static readonly SortedDictionary<string, Action<Service, string, string>> Rules = BuildRules();

    /// <exception cref="AppListException">A label's value cannot be read.</exception>
    public static void Apply(Service service, MarathonApp app, int index)
    {
        foreach (var (name, apply) in Rules)
        {
            var label = $"HAPROXY_{index}_{name}";
            if (app.Labels.TryGetValue(label, out var value))
                apply(service, label, value);
        }
    }

    private static SortedDictionary<string, Action<Service, string, string>> BuildRules()
    {
        var rules = new SortedDictionary<string, Action<Service, string, string>>(StringComparer.Ordinal)
        {
            ["AUTH"] = (s, label, v) => s.Auth = ParseAuth(s.AppId, label, v),
            ["BACKEND_HEALTHCHECK_PORT_INDEX"] = (s, label, v) => s.HealthCheckPortIndex = LabelNames.Number(s.AppId, label, v),
            ["BACKEND_NETWORK_ALLOWED_ACL"] = (s, _, v) => s.NetworkAllowed = v,
            ["BACKEND_WEIGHT"] = (s, label, v) => s.BackendWeight = LabelNames.Number(s.AppId, label, v),
            ["BALANCE"] = (s, _, v) => s.Balance = v,
            ["BIND_ADDR"] = (s, _, v) => s.BindAddress = v is "*" or "0.0.0.0" ? null : v,
            ["BIND_OPTIONS"] = (s, _, v) => s.BindOptions = v,
            ["ENABLED"] = (s, _, v) => s.Enabled = IsTrue(v),
            ["GROUP"] = (s, _, v) => s.PortGroups = [.. v.Split(',')],
            ["HTTP_BACKEND_PROXYPASS_PATH"] = (s, _, v) => s.ProxyPath = v,
            ["HTTP_BACKEND_REDIR"] = (s, _, v) => s.RedirectPath = v,
            ["HTTP_BACKEND_REVPROXY_PATH"] = (s, _, v) => s.ReverseProxyPath = v,
            ["MODE"] = (s, _, v) => s.Mode = v.ToLowerInvariant(),
            ["PATH"] = (s, _, v) => SetPath(s, v),
            ["PORT"] = (s, label, v) => s.Port = LabelNames.Number(s.AppId, label, v),
            ["REDIRECT_TO_HTTPS"] = (s, _, v) => s.RedirectToHttps = IsTrue(v),
            ["SSL_CERT"] = (s, _, v) => s.SslCertificate = v,
            ["STICKY"] = (s, _, v) => s.Sticky = IsTrue(v),
            ["USE_HSTS"] = (s, _, v) => s.UseHsts = IsTrue(v),
            ["VHOST"] = (s, _, v) => s.Hostname = v.ToLowerInvariant(),
        };
        foreach (var template in Templates.ByLabel)
            rules[template] = (s, _, v) => s.Templates[template] = v.Replace("\r\n", "\n", StringComparison.Ordinal);
        return rules;
    }

    private static bool IsTrue(string value) => value.ToLowerInvariant() is "true" or "t" or "yes" or "y";

    private static void SetPath(Service service, string path)
    {
        service.Path = path;
        if (service.BackendWeight == 0)
            service.BackendWeight = 1;
    }

    private static BasicAuth ParseAuth(string appId, string label, string value) => value.Split(':') is [var realm, var user, var password]
        ? new BasicAuth(realm, user, password)
        : throw new AppListException($"App '{appId}': label {label} must be realm:user:encryptedpassword.");
}
