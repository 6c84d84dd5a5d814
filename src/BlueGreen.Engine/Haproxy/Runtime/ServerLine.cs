namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>A command line on which servers are changed and read back.</summary>
internal sealed class ServerLine(RuntimeConnection connection, HaproxyVersion version, string loadBalancer) : IDisposable
{
    /// <exception cref="BlueGreenException"><c>HaproxyTooOld</c>.</exception>
    public void Require(HaproxyVersion wanted, string what)
    {
        if (version.IsAtLeast(wanted.Major, wanted.Minor)) return;
        throw new BlueGreenException(
            ErrorKind.InvalidArgument, "HaproxyTooOld", $"The load balancer {loadBalancer} runs HAProxy {version}: {what} from {wanted} on.",
            "Change the app in Marathon; marathon-lb writes its servers into the configuration.", loadBalancer);
    }

    /// <summary>Sends a command that answers with nothing, or with the words given.</summary>
    /// <exception cref="BlueGreenException"><c>HaproxySocketNotPermitted</c>, <c>ServerNotFound</c>, <c>HaproxyCommandRefused</c>.</exception>
    public async Task TellAsync(string command, CancellationToken cancellationToken, string? success = null)
    {
        var answer = (await connection.AskAsync(command, cancellationToken).ConfigureAwait(false)).Trim();
        if (success is null ? answer.Length == 0 : answer.StartsWith(success, StringComparison.Ordinal)) return;
        if (answer.StartsWith("Permission denied", StringComparison.Ordinal))
        {
            throw new BlueGreenException(
                ErrorKind.PermissionDenied, "HaproxySocketNotPermitted", $"The socket {connection.Address} may not change servers.",
                "Its line in HAProxy's configuration needs 'level admin'.", connection.Address.Text);
        }

        throw new BlueGreenException(
            ErrorKind.InvalidData, "HaproxyCommandRefused", $"HAProxy of {loadBalancer} refuses '{command}': {answer}",
            "HAProxy's own words say why; Get-HaproxyBackendStat shows its servers.", loadBalancer);
    }

    /// <summary>The server as it is now.</summary>
    /// <exception cref="BlueGreenException"><c>ServerNotFound</c>.</exception>
    public async Task<HaproxyServerStat> ReadAsync(string backend, string server, CancellationToken cancellationToken)
    {
        // All servers: by its name a backend cannot be asked for, since a frontend may have the same.
        var rows = HaproxyStatsReader.Read(await connection.AskAsync("show stat -1 4 -1", cancellationToken).ConfigureAwait(false), loadBalancer);
        return rows.FirstOrDefault(row => row.Backend == backend && row.Server == server) ?? throw new BlueGreenException(
            ErrorKind.NotFound, "ServerNotFound", $"The load balancer {loadBalancer} has no server {backend}/{server} any more.",
            "A reload came in between; look with Get-HaproxyBackendStat.", $"{backend}/{server}");
    }

    public void Dispose() => connection.Dispose();
}
