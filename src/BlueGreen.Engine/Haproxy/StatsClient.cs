using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Haproxy;

/// <summary>Why a load balancer instance told nothing that can be used.</summary>
internal sealed class StatsFailure(string reason, Exception? cause = null) : Exception(reason, cause);

/// <summary>
/// Asks the statistics port of one load balancer instance. Each request has a connection of its own: after a reload the old process
/// keeps the connections that it has, and would go on answering on them with what was true before.
/// </summary>
/// <param name="instance">The instance, with its IP address.</param>
/// <param name="client">Without a timeout of its own; does not follow redirects.</param>
/// <param name="host">The name in the <c>Host</c> header and in the certificate; null when the address is all there is.</param>
/// <param name="authorization">What <c>stats auth</c> asks for; null for none.</param>
internal sealed class StatsClient(LoadBalancerInstance instance, HttpClient client, string? host, AuthenticationHeaderValue? authorization) : IStatsSource
{
    /// <summary>Matches no proxy, since HAProxy's names cannot contain it: the page is then its head alone.</summary>
    private const string NoScope = "*";

    private const int MaxScope = 20;

    private static readonly Regex UnstoppableJobs = new(
        @"^haproxy_process_unstoppable_jobs\s+(\d+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, TimeSpan.FromSeconds(1));

    private readonly string _base = instance.StatsUri.AbsoluteUri.TrimEnd('/');

    /// <inheritdoc/>
    /// <remarks>Source: marathon-lb, <c>getpids.lua</c>.</remarks>
    public async Task<ImmutableSortedSet<int>> GetPidsAsync(CancellationToken cancellationToken)
    {
        const string path = "/_haproxy_getpids";
        var text = await GetAsync(path, cancellationToken).ConfigureAwait(false);
        var pids = ImmutableSortedSet.CreateBuilder<int>();
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(word, out var pid) || pid <= 0) throw new StatsFailure($"{path} answers with something else than process ids");
            pids.Add(pid);
        }

        return pids.Count > 0 ? pids.ToImmutable() : throw new StatsFailure($"{path} names no process");
    }

    /// <inheritdoc/>
    public async Task<ServingProcess> GetServingProcessAsync(CancellationToken cancellationToken)
    {
        var page = await GetAsync($"/haproxy?stats;norefresh;scope={NoScope}", cancellationToken).ConfigureAwait(false);
        return ServingProcessReader.Read(page) ?? throw new StatsFailure("its statistics page does not name the process that serves");
    }

    /// <inheritdoc/>
    /// <remarks>Source: HAProxy, <c>src/mworker.c</c> (<c>LI_F_MWORKER</c>) and <c>src/stats.c</c>; marathon-lb, <c>config.py</c>.</remarks>
    public async Task<bool?> GetHasMasterAsync(string? version, CancellationToken cancellationToken)
    {
        var known = Runtime.HaproxyVersion.Parse(version);
        if (known.Major > 0 && !known.IsAtLeast(1, 8)) return false;
        try
        {
            var jobs = UnstoppableJobs.Match(await GetAsync("/metrics?scope=global", cancellationToken).ConfigureAwait(false));
            if (!jobs.Success) return null;
            return jobs.Groups[1].Value.Any(digit => digit != '0') ? true : known.CountsMaster ? false : null;
        }
        catch (StatsFailure)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<HaproxyServerStat>> GetServersAsync(string? backend, CancellationToken cancellationToken) =>
        HaproxyStatsReader.ReadPage(
            await GetAsync($"/haproxy?stats;csv{(backend is null ? "" : Scope(backend))}", cancellationToken).ConfigureAwait(false), instance.Name);

    /// <summary>
    /// HAProxy matches a part of the name, of at most 20 characters. Names that begin alike differ at their end: the port.
    /// </summary>
    private static string Scope(string backend)
    {
        var plain = backend.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-' or '_' or '.');
        return plain ? ";scope=" + backend.Substring(Math.Max(0, backend.Length - MaxScope)) : "";
    }

    private async Task<string> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _base + path);
        request.Headers.ConnectionClose = true;
        request.Headers.Host = host;
        request.Headers.Authorization = authorization;
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode && response.Content is not null)
            {
                return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false));
            }

            var hint = (int)response.StatusCode switch
            {
                401 or 403 => ", which wants a user and a password in the address",
                404 or 503 when path.StartsWith("/_", StringComparison.Ordinal) =>
                    ": is it marathon-lb's statistics port? Without the list of processes nobody can tell what an old one still serves",
                _ => "",
            };
            throw new StatsFailure($"it answers {path.Split('?')[0]} with status {(int)response.StatusCode}{hint}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            while (error.InnerException is not null) error = error.InnerException;
            throw new StatsFailure($"{path.Split('?')[0]} cannot be read: {error.Message}", error);
        }
    }
}
