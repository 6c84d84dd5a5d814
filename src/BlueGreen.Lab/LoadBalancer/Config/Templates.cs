using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>
/// The pieces of configuration that a label <c>HAPROXY_{n}_NAME</c> may replace for one service. Names and fields are
/// those of marathon-lb. Where it uses keywords that HAProxy dropped in 2.1 (<c>rspadd</c>, <c>reqirep</c>,
/// <c>rspirep</c>) their successors stand here.
/// </summary>
internal static class Templates
{
    public const string HttpCheckOptions = "BACKEND_HTTP_HEALTHCHECK_OPTIONS";
    public const string TcpCheckOptions = "BACKEND_TCP_HEALTHCHECK_OPTIONS";
    public const string ServerHttpCheckOptions = "BACKEND_SERVER_HTTP_HEALTHCHECK_OPTIONS";
    public const string ServerTcpCheckOptions = "BACKEND_SERVER_TCP_HEALTHCHECK_OPTIONS";

    private const string AclHost = "  acl host_{cleanedUpHostname} hdr(host) -i {hostname}\n";
    private const string AclPath = "  acl path_{backend} path_beg {path}\n";
    private const string AclAuth = "  acl auth_{cleanedUpHostname} http_auth(user_{backend})\n";
    private const string AclNetwork = "  acl network_allowed src {network_allowed}\n";
    private const string IfHost = " if host_{cleanedUpHostname}";
    private const string IfHostPath = IfHost + " path_{backend}";
    private const string IfSni = " if {{ ssl_fc_sni {hostname} }}";
    private const string Use = "  use_backend {backend}";
    private const string AskAuth = "  http-request auth realm \"{realm}\"";
    private const string UnlessAuth = " !auth_{cleanedUpHostname}\n";
    private const string ToHttps = "  redirect scheme https code 301 if !{{ ssl_fc }} host_{cleanedUpHostname}";
    private const string ServerCheck = "  check inter {healthCheckIntervalSeconds}s fall {healthCheckFalls}{healthCheckPortOptions}\n";

    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["USERLIST_HEAD"] = "\nuserlist user_{backend}\n  user {user} password {passwd}\n",
        ["FRONTEND_HEAD"] = "\nfrontend {backend}\n  bind {bindAddr}:{servicePort}{sslCert}{bindOptions}\n  mode {mode}\n",
        ["FRONTEND_BACKEND_GLUE"] = Use + "\n",
        ["BACKEND_HEAD"] = "\nbackend {backend}\n  balance {balance}\n  mode {mode}\n",
        ["BACKEND_HSTS_OPTIONS"] = "  http-response set-header Strict-Transport-Security max-age=15768000\n",
        ["BACKEND_HTTP_OPTIONS"] = "  option forwardfor\n  http-request set-header X-Forwarded-Port %[dst_port]\n"
            + "  http-request add-header X-Forwarded-Proto https if { ssl_fc }\n",
        ["BACKEND_STICKY_OPTIONS"] = "  cookie mesosphere_server_id insert indirect nocache\n",
        ["BACKEND_SERVER_OPTIONS"] =
            "  server {serverName} {host_ipv4}:{port} id {serverId}{cookieOptions}{healthCheckOptions}{otherOptions}\n",
        [HttpCheckOptions] = "  option  httpchk GET {healthCheckPath}\n  timeout check {healthCheckTimeoutSeconds}s\n",
        [TcpCheckOptions] = "",
        [ServerHttpCheckOptions] = ServerCheck,
        [ServerTcpCheckOptions] = ServerCheck,
        ["BACKEND_REDIRECT_HTTP_TO_HTTPS"] = ToHttps + "\n",
        ["BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH"] = ToHttps + " path_{backend}\n",
        ["HTTP_BACKEND_PROXYPASS_GLUE"] = "  http-request set-header Host {hostname}\n"
            + "  http-request replace-path (?i)^{proxypath}/?(.*) /\\1\n",
        ["HTTP_BACKEND_REVPROXY_GLUE"] =
            "  http-response replace-header Location (?i)^(https?://{hostname}(:[0-9]+)?)?(/.*) {rootpath}\n",
        ["HTTP_BACKEND_REDIR"] = "  acl is_root path -i /\n  acl is_domain hdr(host) -i {hostname}\n"
            + "  redirect code 301 location {redirpath} if is_domain is_root\n",
        ["HTTP_BACKEND_NETWORK_ALLOWED_ACL"] = AclNetwork,
        ["TCP_BACKEND_NETWORK_ALLOWED_ACL"] = AclNetwork,
        ["HTTP_FRONTEND_APPID_ACL"] = "  acl app_{cleanedUpAppId} hdr(x-marathon-app-id) -i {appId}\n"
            + Use + " if app_{cleanedUpAppId}\n",
        ["HTTP_FRONTEND_ACL"] = AclHost + Use + IfHost + "\n",
        ["HTTP_FRONTEND_ACL_ONLY"] = AclHost,
        ["HTTP_FRONTEND_ACL_WITH_AUTH"] = AclHost + AclAuth + AskAuth + IfHost + UnlessAuth + Use + IfHost + "\n",
        ["HTTP_FRONTEND_ACL_WITH_PATH"] = AclHost + AclPath + Use + IfHostPath + "\n",
        ["HTTP_FRONTEND_ACL_WITH_AUTH_AND_PATH"] =
            AclHost + AclAuth + AclPath + AskAuth + IfHostPath + UnlessAuth + Use + IfHostPath + "\n",
        ["HTTP_FRONTEND_ACL_ONLY_WITH_PATH"] = AclPath,
        ["HTTP_FRONTEND_ACL_ONLY_WITH_PATH_AND_AUTH"] = AclPath + AclAuth,
        ["HTTP_FRONTEND_ROUTING_ONLY"] = Use + IfHost + "\n",
        ["HTTP_FRONTEND_ROUTING_ONLY_WITH_AUTH"] = AclAuth + AskAuth + IfHost + UnlessAuth + Use + IfHost + "\n",
        ["HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH"] = Use + IfHostPath + "\n",
        ["HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH"] = AskAuth + IfHostPath + UnlessAuth + Use + IfHostPath + "\n",
        ["HTTPS_FRONTEND_ACL_ONLY_WITH_PATH"] = AclPath,
        ["HTTPS_FRONTEND_ACL"] = Use + IfSni + "\n",
        ["HTTPS_FRONTEND_ACL_WITH_AUTH"] = AclAuth + AskAuth + IfSni + UnlessAuth + Use + IfSni + "\n",
        ["HTTPS_FRONTEND_ACL_WITH_PATH"] = Use + IfSni + " path_{backend}\n",
        ["HTTPS_FRONTEND_ACL_WITH_AUTH_AND_PATH"] =
            AclAuth + AskAuth + IfSni + " path_{backend}" + UnlessAuth + Use + IfSni + " path_{backend}\n",
    };

    /// <summary>Names that a label may set. <c>HTTP_BACKEND_REDIR</c> is not one: that label is the target path.</summary>
    public static IEnumerable<string> ByLabel => Defaults.Keys.Where(name => name != "HTTP_BACKEND_REDIR");

    /// <summary>The template for a service: its label's, else the default.</summary>
    public static string For(Service service, string name) => service.Templates.GetValueOrDefault(name) ?? Defaults[name];

    public static string Fill(Service service, string name, IReadOnlyDictionary<string, string> fields) =>
        TemplateText.Fill(For(service, name), fields);
}
