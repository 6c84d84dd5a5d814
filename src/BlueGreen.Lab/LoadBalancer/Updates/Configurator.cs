using System.Collections.Immutable;
using BlueGreen.Lab.LoadBalancer.Config;
using BlueGreen.Lab.LoadBalancer.Haproxy;
using BlueGreen.Lab.LoadBalancer.Model;
using BlueGreen.Lab.LoadBalancer.Services;

namespace BlueGreen.Lab.LoadBalancer.Updates;

/// <summary>
/// Brings HAProxy's configuration in line with Marathon: reads the apps, writes the configuration if it differs and
/// HAProxy accepts it, and reloads.
/// </summary>
internal sealed class Configurator(
    MarathonClient marathon, ServiceBuilder services, ConfigSettings settings, HaproxyPaths paths,
    HaproxyProgram program, HaproxyService haproxy, ILogger logger)
{
    public async Task UpdateAsync(CancellationToken cancellation)
    {
        var apps = AppListReader.Read(await marathon.ListAppsAsync(cancellation));
        if (!await ApplyAsync(Write(apps), cancellation))
            await ApplyWithoutCulpritsAsync(apps, cancellation);
    }

    /// <summary>Reloads HAProxy on the configuration that is there, as at SIGUSR1 to marathon-lb.</summary>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        if (await program.AcceptsAsync(paths.Config, cancellation))
            await haproxy.ReloadAsync(cancellation);
    }

    private string Write(IEnumerable<MarathonApp> apps) => ConfigWriter.Write(settings, services.Build(apps));

    /// <summary>False when HAProxy refuses the configuration; then nothing has changed.</summary>
    private async Task<bool> ApplyAsync(string config, CancellationToken cancellation)
    {
        if (await File.ReadAllTextAsync(paths.Config, cancellation) == config)
            return true;
        if (!await AcceptsAsync(config, cancellation))
        {
            File.Move(paths.Candidate, paths.RefusedConfig, overwrite: true);
            return false;
        }

        File.Move(paths.Candidate, paths.Config, overwrite: true);
        logger.LogInformation("The configuration has changed; HAProxy reloads");
        await haproxy.ReloadAsync(cancellation);
        return true;
    }

    /// <summary>Adds one app at a time and leaves out each that makes HAProxy refuse the whole.</summary>
    private async Task ApplyWithoutCulpritsAsync(ImmutableArray<MarathonApp> apps, CancellationToken cancellation)
    {
        var accepted = new List<MarathonApp>();
        foreach (var app in apps)
        {
            accepted.Add(app);
            if (await AcceptsAsync(Write(accepted), cancellation))
                continue;
            accepted.RemoveAt(accepted.Count - 1);
            logger.LogWarning("App '{App}' makes HAProxy refuse the configuration; it is left out", app.Id);
        }

        if (accepted.Count == 0)
            logger.LogError("No app is left that HAProxy accepts; the configuration stays as it is");
        else
            await ApplyAsync(Write(accepted), cancellation);
    }

    private async Task<bool> AcceptsAsync(string config, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(paths.Candidate, config, cancellation);
        return await program.AcceptsAsync(paths.Candidate, cancellation);
    }
}
