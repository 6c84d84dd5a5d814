namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>
/// The sections <c>global</c>, <c>defaults</c> and <c>listen stats</c>, with marathon-lb's values. Differences: no syslog,
/// no cipher lists, and a <c>maxconn</c> that fits a small machine's limit of open files.
/// </summary>
internal static class ConfigHead
{
    public static string Write(ConfigSettings settings) => $$"""
        global
          no strict-limits
          spread-checks 5
          max-spread-checks 15000
          maxconn 8000
          tune.ssl.default-dh-param 2048
          stats socket {{Quote(settings.StatsSocket)}}{{(settings.AdminSocket ? " level admin" : "")}} expose-fd listeners
          server-state-file global
          server-state-base {{Quote(settings.StateDirectory + "/")}}
          lua-load {{Quote(settings.LuaFile)}}
        defaults
          load-server-state-from-file global
          log               global
          retries                   3
          backlog               10000
          maxconn                8000
          timeout connect          3s
          timeout client          30s
          timeout server          30s
          timeout tunnel        3600s
          timeout http-keep-alive  1s
          timeout http-request    15s
          timeout queue           30s
          timeout tarpit          60s
          option            dontlognull
          option            http-server-close
          option            redispatch
        listen stats
          bind {{settings.Address}}:{{settings.StatsPort}}
          mode http
          stats enable
          http-request use-service prometheus-exporter if { path /metrics }
          monitor-uri /_haproxy_health_check
          http-request use-service lua.getpids if { path /_haproxy_getpids }
          http-request use-service lua.getconfig if { path /_haproxy_getconfig }
          http-request use-service lua.signalmlb if { path /_mlb_signal/hup } or { path /_mlb_signal/usr1 }

        """;

    private static string Quote(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
        ? path
        : $"\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal)}\"";
}
