using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Marathon;

/// <summary>
/// The addresses of one Marathon cluster. Any instance answers for all, so the one that answered last is asked first, and
/// another is asked when it does not.
/// </summary>
internal sealed class EndpointSet
{
    private static readonly Regex UserInfo = new("^(?<scheme>[A-Za-z0-9+.-]+://)?.*@", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly ImmutableArray<Uri> _addresses;
    private int _current;

    /// <param name="addresses">Base addresses; a path in them is kept as a prefix of every call.</param>
    public EndpointSet(IEnumerable<Uri> addresses)
    {
        _addresses = [.. addresses.Select(Bare).Distinct()];
        if (_addresses.IsEmpty)
        {
            throw new BlueGreenException(
                ErrorKind.InvalidArgument, "NoMarathonAddress", "No Marathon address is given.",
                "Give at least one, such as http://marathon.mesos:8080.");
        }
    }

    public ImmutableArray<Uri> All => _addresses;

    /// <summary>The address to ask now.</summary>
    public Uri Current => _addresses[Volatile.Read(ref _current)];

    /// <summary>Goes on to the next address, unless another call has already left <paramref name="failed"/> behind.</summary>
    public void LeaveBehind(Uri failed)
    {
        var index = _addresses.IndexOf(failed);
        if (index >= 0) Interlocked.CompareExchange(ref _current, (index + 1) % _addresses.Length, index);
    }

    /// <summary>The whole address of a call.</summary>
    /// <param name="endpoint">One of <see cref="All"/>.</param>
    /// <param name="pathAndQuery">Starts with a slash, escaped already.</param>
    public static Uri Resolve(Uri endpoint, string pathAndQuery) => new(endpoint.AbsoluteUri.TrimEnd('/') + pathAndQuery);

    /// <summary>Without user, query and fragment too: an address is shown in errors and messages.</summary>
    internal static Uri Bare(Uri address) =>
        new(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/'));

    /// <summary>An address as it was given, whatever it is, without what may be a user and a password.</summary>
    internal static string Shown(Uri address) => UserInfo.Replace(address.OriginalString, "${scheme}***@");
}
