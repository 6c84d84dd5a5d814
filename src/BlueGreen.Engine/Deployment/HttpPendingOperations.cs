using BlueGreen.Engine.Marathon;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Deployment;

/// <summary>A gauge that each task answers with over HTTP: a path, and where in the JSON of the answer the number is.</summary>
internal sealed class HttpPendingOperations : IPendingOperations
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;
    private readonly string _path;
    private readonly string _pointer;
    private readonly ImmutableArray<string> _steps;

    /// <param name="text">Such as <c>/metrics#/pendingOperations</c>: a path, and a JSON pointer (RFC 6901).</param>
    /// <param name="client">Without a time-out of its own.</param>
    /// <exception cref="BlueGreenException"><c>InvalidPendingOperations</c>.</exception>
    public HttpPendingOperations(string text, HttpClient client)
    {
        var hash = text.IndexOf('#');
        if (hash < 0 || !text.StartsWith("/", StringComparison.Ordinal)) throw GaugeErrors.Invalid(text, "it is not a path with a JSON pointer behind a #");
        (_client, _path, _pointer) = (client, text.Substring(0, hash), text.Substring(hash + 1));
        if (_pointer.Length > 0 && _pointer[0] != '/') throw GaugeErrors.Invalid(text, "a JSON pointer begins with a slash");
        // ~1 first: ~01 stands for ~1 itself.
        _steps = [.. _pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/").Replace("~0", "~"))];
    }

    /// <exception cref="BlueGreenException"><c>PendingOperationsUnreadable</c>.</exception>
    public async Task<double> CountAsync(MarathonApp app, MarathonTask task, CancellationToken cancellationToken)
    {
        var address = AddressOf(app, task) ?? throw GaugeErrors.Unreadable(task, "the task has no port");
        return Read(await GetAsync(task, address, cancellationToken).ConfigureAwait(false), task, address);
    }

    private static Uri? AddressOf(MarathonApp app, MarathonTask task)
    {
        var host = app.Networking.Mode == NetworkMode.Container ? task.IpAddresses.FirstOrDefault() : task.Host;
        var port = app.Networking.PortsOf(task).FirstOrDefault();
        return string.IsNullOrEmpty(host) || port is < 1 or > 65535 ? null : new UriBuilder("http", host, port).Uri;
    }

    private async Task<string> GetAsync(MarathonTask task, Uri address, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, _path));
            request.Headers.ConnectionClose = true;
            using var response = await _client.SendAsync(request, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw GaugeErrors.Unreadable(task, $"{request.RequestUri} answers with status {(int)response.StatusCode}");
            return await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw GaugeErrors.Unreadable(task, $"{new Uri(address, _path)}: {(error.InnerException ?? error).Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw GaugeErrors.Unreadable(task, $"{new Uri(address, _path)} gave no answer within {Timeout.TotalSeconds:0} s", error);
        }
    }

    private double Read(string body, MarathonTask task, Uri address)
    {
        JToken? token;
        try
        {
            using var reader = new JsonTextReader(new StringReader(body)) { DateParseHandling = DateParseHandling.None };
            token = JToken.ReadFrom(reader);
        }
        catch (JsonException error)
        {
            throw GaugeErrors.Unreadable(task, $"{new Uri(address, _path)} does not answer in JSON ({error.Message})", error);
        }

        foreach (var step in _steps)
        {
            token = token switch
            {
                JObject members => members[step],
                JArray items when int.TryParse(step, out var index) && index >= 0 && index < items.Count => items[index],
                _ => null,
            };
        }

        return token switch
        {
            null => throw GaugeErrors.Unreadable(task, $"the answer of {new Uri(address, _path)} has nothing at {_pointer}"),
            JValue { Type: JTokenType.Integer or JTokenType.Float } value when value.ToObject<double>() is >= 0 and < double.PositiveInfinity and var number => number,
            _ => throw GaugeErrors.Unreadable(task, $"{_pointer} in the answer of {new Uri(address, _path)} is {Shown(token)}, and a number from 0 on is wanted"),
        };
    }

    private static string Shown(JToken token)
    {
        var text = token.ToString(Formatting.None);
        return text.Length <= 60 ? text : text.Substring(0, 60) + "...";
    }
}
