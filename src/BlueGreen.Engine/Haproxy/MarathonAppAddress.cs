using System.Globalization;
using System.Net;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Haproxy;

/// <summary>
/// An address that stands for the tasks of marathon-lb's app: <c>marathon:/marathon-lb</c>, <c>marathon:/infra/marathon-lb:9090</c>, or
/// <c>marathon://user:password@app/marathon-lb</c> where the statistics ask for a user.
/// </summary>
internal sealed record MarathonAppAddress(string AppId, int Port, string UserInfo)
{
    public const string Scheme = "marathon";

    private const int StatsPort = 9090;

    /// <summary>What may stand between user and app, since an address with a user needs a host.</summary>
    private const string Placeholder = "app";

    /// <exception cref="BlueGreenException"><c>InvalidAddress</c>.</exception>
    public static MarathonAppAddress Parse(Uri address)
    {
        var path = Uri.UnescapeDataString(address.AbsolutePath);
        var colon = path.LastIndexOf(':');
        var port = StatsPort;
        var id = colon < 0 ? path : path.Substring(0, colon);
        var isPort = colon < 0 || (int.TryParse(path.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535);
        var isHost = address.UserInfo.Length > 0 ? address.Host == Placeholder : address.Host.Length == 0;
        if (!isPort || !isHost || id.Trim('/').Length == 0 || !id.StartsWith("/", StringComparison.Ordinal))
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "InvalidAddress", $"'{EndpointSet.Shown(address)}' does not name an app of Marathon.",
                "Write marathon:/marathon-lb for the tasks of the app /marathon-lb, with :9090 behind it for another port than that; "
                + $"with a user for the statistics marathon://user:password@{Placeholder}/marathon-lb.", EndpointSet.Shown(address));
        }

        return new MarathonAppAddress(id.TrimEnd('/'), port, address.UserInfo);
    }

    /// <summary>The address as it may be shown.</summary>
    public Uri Bare => new(ToString());

    /// <summary>The statistics address of one of the app's tasks.</summary>
    public Uri StatsUri(IPAddress ip, int port)
    {
        var builder = new UriBuilder(Uri.UriSchemeHttp, ip.ToString(), port);
        var parts = UserInfo.Split([':'], 2);
        if (UserInfo.Length > 0) (builder.UserName, builder.Password) = (parts[0], parts.Length > 1 ? parts[1] : "");
        return builder.Uri;
    }

    /// <summary>Without user and password.</summary>
    public override string ToString() => $"{Scheme}:{AppId}" + (Port == StatsPort ? "" : $":{Port}");
}
