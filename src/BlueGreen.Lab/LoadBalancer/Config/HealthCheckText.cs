using System.Collections.Immutable;
using System.Globalization;
using BlueGreen.Lab.LoadBalancer.Model;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Config;

/// <summary>HAProxy's checks, derived from the Marathon health check of a service.</summary>
internal static class HealthCheckText
{
    /// <summary>Lines of the backend; empty without a check.</summary>
    public static string OfBackend(Service service, ImmutableArray<Service> all)
    {
        if (service.HealthCheck is not { } check)
            return "";
        var template = TemplateFor(service, check, Templates.HttpCheckOptions, Templates.TcpCheckOptions);
        return template.Length == 0 ? "" : Fill(template, check, PortOf(service, all, 0));
    }

    /// <summary>Options at the end of a server's line, with a blank before them; empty without a check.</summary>
    public static string OfServer(Service service, ImmutableArray<Service> all, int index)
    {
        if (service.HealthCheck is not { } check)
            return "";
        var template = TemplateFor(service, check, Templates.ServerHttpCheckOptions, Templates.ServerTcpCheckOptions).Trim();
        if (template.Length == 0)
            return "";
        var port = service.HealthCheckPortIndex is null ? check.Port : PortOf(service, all, index);
        return " " + Fill(template, check, port);
    }

    private static string TemplateFor(Service service, HealthCheck check, string http, string tcp) => service.EffectiveMode switch
    {
        "tcp" => Templates.For(service, tcp),
        _ when check.Protocol is "TCP" or "MESOS_TCP" => Templates.For(service, tcp),
        "http" => Templates.For(service, http),
        _ => "",
    };

    /// <summary>The port of the index-th backend, or of the same backend of the service that the label points at.</summary>
    private static int PortOf(Service service, ImmutableArray<Service> all, int index)
    {
        var source = service;
        if (service.HealthCheckPortIndex is { } wanted)
        {
            ImmutableArray<Service> ofApp = [.. all.Where(s => s.AppId == service.AppId).OrderBy(s => s.Port)];
            if (Math.Abs(wanted) <= ofApp.Length)
            {
                // A negative index counts from the end; one past the end is where marathon-lb stops with an error.
                var at = wanted < 0 ? ofApp.Length + wanted : wanted;
                source = at < ofApp.Length ? ofApp[at] : throw OutOfRange();
            }
        }

        var backends = ConfigWriter.Sorted(source.Backends);
        return index < backends.Length ? backends[index].Port : throw OutOfRange();

        AppListException OutOfRange() => new(
            $"App '{service.AppId}': HAPROXY_{{n}}_BACKEND_HEALTHCHECK_PORT_INDEX {service.HealthCheckPortIndex} points past its ports.");
    }

    private static string Fill(string template, HealthCheck check, int? port) => TemplateText.Fill(template, new Dictionary<string, string>
    {
        ["healthCheckProtocol"] = check.Protocol,
        ["healthCheckPath"] = check.Path,
        ["healthCheckPort"] = Text(port),
        ["healthCheckPortIndex"] = Text(check.PortIndex),
        ["healthCheckPortOptions"] = port is null or 0 ? "" : " port " + Text(port),
        ["healthCheckTimeoutSeconds"] = Text(check.TimeoutSeconds),
        ["healthCheckIntervalSeconds"] = Text(check.IntervalSeconds),
        ["healthCheckGracePeriodSeconds"] = Text(check.GracePeriodSeconds),
        ["healthCheckMaxConsecutiveFailures"] = Text(check.MaxConsecutiveFailures),
        ["healthCheckFalls"] = Text(check.MaxConsecutiveFailures + 1),
    });

    private static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "None";
}
