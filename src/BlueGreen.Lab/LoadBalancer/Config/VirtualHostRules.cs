using System.Text;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>Rules that route a virtual host of <c>HAPROXY_{n}_VHOST</c> in the shared frontends on ports 80 and 443.</summary>
internal static class VirtualHostRules
{
    public static (string Http, string Https) Write(Service service, string bindAddress)
    {
        var hosts = service.Hostname!.Split(',');
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanedUpHostname"] = $"{ServerNames.Clean(hosts[0])}_{service.AppId[1..].Replace('/', '_')}",
            ["hostname"] = hosts[0],
            ["path"] = service.Path ?? "",
            ["realm"] = service.Auth?.Realm ?? "",
            ["backend"] = service.BackendName,
            ["appId"] = service.AppId,
            ["bindAddr"] = bindAddress,
        };

        return (hosts.Length > 1 ? HttpOfSeveral(service, hosts, fields) : HttpOfOne(service, fields), Https(service, hosts, fields));
    }

    private static string HttpOfOne(Service service, Dictionary<string, string> fields)
    {
        string Fill(string name) => Templates.Fill(service, name, fields);
        return (HasPath(service), service.RedirectToHttps) switch
        {
            (true, true) => Fill("HTTP_FRONTEND_ACL_ONLY") + Fill("HTTP_FRONTEND_ACL_ONLY_WITH_PATH")
                + Fill("BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH"),
            (false, true) => Fill("HTTP_FRONTEND_ACL") + Fill("BACKEND_REDIRECT_HTTP_TO_HTTPS"),
            (true, false) => Fill(service.Auth is null ? "HTTP_FRONTEND_ACL_WITH_PATH" : "HTTP_FRONTEND_ACL_WITH_AUTH_AND_PATH"),
            (false, false) => Fill(service.Auth is null ? "HTTP_FRONTEND_ACL" : "HTTP_FRONTEND_ACL_WITH_AUTH"),
        };
    }

    private static string HttpOfSeveral(Service service, string[] hosts, Dictionary<string, string> fields)
    {
        string Fill(string name) => Templates.Fill(service, name, fields);
        var path = HasPath(service);
        var text = new StringBuilder();
        if (path)
            text.Append(Fill(service.Auth is null ? "HTTP_FRONTEND_ACL_ONLY_WITH_PATH" : "HTTP_FRONTEND_ACL_ONLY_WITH_PATH_AND_AUTH"));
        foreach (var host in hosts)
            text.Append(Templates.Fill(service, "HTTP_FRONTEND_ACL_ONLY", With(fields, host)));
        return text.Append(Fill((service.RedirectToHttps, path, service.Auth is not null) switch
        {
            (true, true, _) => "BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH",
            (true, false, _) => "BACKEND_REDIRECT_HTTP_TO_HTTPS",
            (false, true, true) => "HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH_AND_AUTH",
            (false, true, false) => "HTTP_FRONTEND_ROUTING_ONLY_WITH_PATH",
            (false, false, true) => "HTTP_FRONTEND_ROUTING_ONLY_WITH_AUTH",
            (false, false, false) => "HTTP_FRONTEND_ROUTING_ONLY",
        })).ToString();
    }

    private static string Https(Service service, string[] hosts, Dictionary<string, string> fields)
    {
        var path = HasPath(service);
        var text = new StringBuilder(path ? Templates.Fill(service, "HTTPS_FRONTEND_ACL_ONLY_WITH_PATH", fields) : "");
        var name = (path, service.Auth is not null) switch
        {
            (true, true) => "HTTPS_FRONTEND_ACL_WITH_AUTH_AND_PATH",
            (true, false) => "HTTPS_FRONTEND_ACL_WITH_PATH",
            (false, true) => "HTTPS_FRONTEND_ACL_WITH_AUTH",
            (false, false) => "HTTPS_FRONTEND_ACL",
        };
        foreach (var host in hosts)
            text.Append(Templates.Fill(service, name, With(fields, host)));
        return text.ToString();
    }

    private static bool HasPath(Service service) => !string.IsNullOrEmpty(service.Path);

    private static Dictionary<string, string> With(Dictionary<string, string> fields, string host) =>
        new(fields, StringComparer.Ordinal) { ["hostname"] = host };
}
