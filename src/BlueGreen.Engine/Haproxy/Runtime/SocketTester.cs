namespace BlueGreen.Engine.Haproxy.Runtime;

/// <summary>Looks at each of HAProxy's sockets once.</summary>
internal sealed class SocketTester(
    ImmutableArray<RuntimeAddress> admin, ImmutableArray<RuntimeAddress> master, TimeSpan timeout, TimeProvider time)
{
    /// <summary>The sockets, by what they are, with the look at each, which yields what was found.</summary>
    public IEnumerable<(string Role, string Name, Func<CancellationToken, Task<string>> Look)> All =>
        admin.Select(address => ("HAProxy socket", address.Text, Look(address, LookAtWorkerAsync)))
            .Concat(master.Select(address => ("HAProxy master socket", address.Text, Look(address, LookAtMasterAsync))));

    /// <exception cref="BlueGreenException">About the first that cannot be used.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, _, look) in All) await look(cancellationToken).ConfigureAwait(false);
    }

    private Func<CancellationToken, Task<string>> Look(RuntimeAddress address, Func<RuntimeConnection, CancellationToken, Task<string>> look) => async cancellationToken =>
    {
        using var connection = await RuntimeConnection.ConnectAsync(address, timeout, time, cancellationToken).ConfigureAwait(false);
        return await look(connection, cancellationToken).ConfigureAwait(false);
    };

    private static async Task<string> LookAtWorkerAsync(RuntimeConnection connection, CancellationToken cancellationToken)
    {
        var info = await AdminSocket.AskInfoAsync(connection, cancellationToken).ConfigureAwait(false);
        return $"HAProxy {info.Version}, process {info.Pid}.";
    }

    private static async Task<string> LookAtMasterAsync(RuntimeConnection connection, CancellationToken cancellationToken)
    {
        var table = await MasterSocket.ReadTableAsync(connection, cancellationToken).ConfigureAwait(false);
        return $"HAProxy {table.Version}, master {table.Master}, worker {string.Join(" ", table.Workers.Keys)}, {table.OldWorkers.Count} old.";
    }
}
