using System.Text.Json.Nodes;

namespace BlueGreen.Lab.Demo;

/// <summary>Counts of a load run, and their JSON lines.</summary>
internal sealed class LoadReport(TimeProvider time)
{
    private const int MostLosses = 1000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _served = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<(DateTimeOffset Second, Uri Url, bool Slow, string Reason), long> _losses = [];
    private readonly List<float> _quickMilliseconds = [];
    private readonly long _started = time.GetTimestamp();
    private long _slow;
    private long _lost;
    private long _inFlight;
    private long _resent;

    public long Lost => Interlocked.Read(ref _lost);

    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>A request went to a connection that its peer had closed before, unread, and was sent again.</summary>
    public void Resent() => Interlocked.Increment(ref _resent);

    /// <param name="latency">From the moment it was due, so that a late start counts too.</param>
    public void Serve(string version, bool slow, TimeSpan latency)
    {
        lock (_lock)
        {
            _inFlight--;
            _served[version] = _served.GetValueOrDefault(version) + 1;
            if (slow)
                _slow++;
            else
                _quickMilliseconds.Add((float)latency.TotalMilliseconds);
        }
    }

    public void Lose(Uri url, bool slow, string reason)
    {
        var now = time.GetUtcNow();
        var second = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        lock (_lock)
        {
            _inFlight--;
            _lost++;
            if (slow)
                _slow++;
            var key = (second, url, slow, reason);
            if (_losses.TryGetValue(key, out var count) || _losses.Count < MostLosses)
                _losses[key] = count + 1;
        }
    }

    /// <summary>Counts so far: <c>{"t":seconds,"served":{version:n},"lost":n,"inFlight":n}</c>.</summary>
    public string ProgressLine()
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["t"] = Seconds(),
                ["served"] = Served(),
                ["lost"] = _lost,
                ["inFlight"] = _inFlight,
            }.ToJsonString();
        }
    }

    public string FinalLine()
    {
        lock (_lock)
        {
            _quickMilliseconds.Sort();
            return new JsonObject
            {
                ["final"] = true,
                ["requests"] = _served.Values.Sum() + _lost,
                ["served"] = Served(),
                ["slow"] = _slow,
                ["lost"] = _lost,
                ["losses"] = new JsonArray([.. _losses.Select(loss => new JsonObject
                {
                    ["at"] = loss.Key.Second.ToString("yyyy-MM-ddTHH:mm:ssZ", null),
                    ["url"] = loss.Key.Url.ToString(),
                    ["slow"] = loss.Key.Slow,
                    ["reason"] = loss.Key.Reason,
                    ["count"] = loss.Value,
                })]),
                ["resent"] = _resent,
                ["latencyMs"] = new JsonObject { ["p50"] = Quantile(0.5), ["p99"] = Quantile(0.99), ["max"] = Quantile(1) },
                ["durationSeconds"] = Seconds(),
            }.ToJsonString();
        }
    }

    private double Seconds() => Math.Round(Elapsed.TotalSeconds, 1);

    private JsonObject Served() => new(_served.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private double? Quantile(double q) => _quickMilliseconds.Count == 0
        ? null
        : Math.Round(_quickMilliseconds[(int)Math.Ceiling(q * _quickMilliseconds.Count) - 1], 1);
}
