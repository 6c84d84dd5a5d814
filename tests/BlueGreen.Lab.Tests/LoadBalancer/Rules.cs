using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using BlueGreen.Lab.LoadBalancer.Config;
using BlueGreen.Lab.LoadBalancer.Model;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.Tests.LoadBalancer;

/// <summary>Runs the pure rules: app list to services, and to configuration.</summary>
internal static class Rules
{
    public static readonly ConfigSettings Settings = new(
        IPAddress.Parse("127.0.1.1"), 9090, 9091, [Apps.External], VirtualHosts: false, [], "/run/lb/haproxy.sock", AdminSocket: false,
        "/run/lb/state", "/run/lb/services.lua");

    public static ImmutableArray<Service> Services(params JsonObject[] apps) => Builder().Build(AppListReader.Read(Apps.List(apps)));

    public static ServiceBuilder Builder(bool healthCheck = false, bool strictMode = false) => new(Resolve, healthCheck, strictMode);

    /// <summary>The configuration below the head.</summary>
    public static string Config(params JsonObject[] apps) => Config(Settings, apps);

    public static string Config(ConfigSettings settings, params JsonObject[] apps) =>
        ConfigWriter.Write(settings, Services(apps))[ConfigHead.Write(settings).Length..];

    public static IEnumerable<string> ServerLines(params JsonObject[] apps) =>
        Config(apps).Split('\n').Where(line => line.StartsWith("  server ", StringComparison.Ordinal)).Select(line => line.Trim());

    /// <summary>Names of the servers that the configuration takes out.</summary>
    public static IEnumerable<string> Drained(params JsonObject[] apps) =>
        ServerLines(apps).Where(line => line.EndsWith(" disabled", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]);

    private static string? Resolve(string host) => host switch
    {
        "unknown" => null,
        "agent1" => "10.0.0.1",
        _ => host,
    };
}
