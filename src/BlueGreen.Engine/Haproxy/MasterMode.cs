namespace BlueGreen.Engine.Haproxy;

/// <summary>Asks once whether an instance's HAProxy has a master: that does not change while it runs. What did not tell is asked again later.</summary>
internal sealed class MasterMode(IStatsSource client, TimeProvider time)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private bool? _known;
    private long? _askedAt;

    public async Task<bool?> ReadAsync(string? version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_known is not null || (_askedAt is { } at && time.GetElapsedTime(at) < AskAgain)) return _known;
        }

        var told = await client.GetHasMasterAsync(version, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _askedAt = time.GetTimestamp();
            return _known ??= told;
        }
    }
}
