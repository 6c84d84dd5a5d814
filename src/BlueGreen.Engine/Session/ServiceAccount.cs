using BlueGreen.Engine.Marathon;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Security;

namespace BlueGreen.Engine.Session;

/// <summary>
/// A DC/OS service account, as the <c>dcos security</c> commands write it: <c>uid</c>, <c>private_key</c> (an RSA key in PEM),
/// <c>login_endpoint</c> and <c>scheme</c>. Source: marathon-lb, <c>common.py</c> (<c>DCOSAuth</c>), and DC/OS's documentation.
/// </summary>
internal sealed class ServiceAccount
{
    private const string Scheme = "RS256";

    private ServiceAccount(string uid, Uri loginEndpoint, RsaPrivateCrtKeyParameters key)
    {
        Uid = uid;
        LoginEndpoint = loginEndpoint;
        Key = key;
    }

    public string Uid { get; }

    /// <summary>Where to sign in; without a user or a query, since it is shown in errors.</summary>
    public Uri LoginEndpoint { get; }

    public RsaPrivateCrtKeyParameters Key { get; }

    /// <exception cref="BlueGreenException"><c>ServiceAccountUnreadable</c>.</exception>
    public static ServiceAccount FromFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(path, error.Message);
        }
    }

    /// <param name="json">The file's content.</param>
    /// <param name="source">The file, or what else it came from; for errors.</param>
    /// <exception cref="BlueGreenException"><c>ServiceAccountUnreadable</c>.</exception>
    public static ServiceAccount Parse(string json, string source)
    {
        var account = JsonText.TryParseObject(json) ?? throw Unreadable(source, "it is not a JSON object");
        // Members of the file never go into a message: one of them is the key.
        var uid = account.Text("uid") is { Length: > 0 } id ? id : throw Unreadable(source, "it has no member \"uid\"");
        var pem = account.Text("private_key") is { Length: > 0 } text ? text : throw Unreadable(source, "it has no member \"private_key\"");
        if (account.Text("scheme") is { } scheme && scheme != Scheme)
        {
            throw Unreadable(source, $"its member \"scheme\" is something else than {Scheme}");
        }

        if (!Uri.TryCreate(account.Text("login_endpoint"), UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw Unreadable(source, "its member \"login_endpoint\" is missing or no web address");
        }

        return new ServiceAccount(uid, EndpointSet.Bare(endpoint), ReadKey(pem, source));
    }

    private static RsaPrivateCrtKeyParameters ReadKey(string pem, string source)
    {
        // Both forms of PEM say so in clear.
        if (pem.IndexOf("ENCRYPTED", StringComparison.Ordinal) >= 0) throw Unreadable(source, "its private key is locked by a password");
        object? read;
        try
        {
            using var reader = new PemReader(new StringReader(pem));
            read = reader.ReadObject();
        }
        catch (Exception error) when (error is IOException or ArgumentException or GeneralSecurityException or FormatException or InvalidOperationException)
        {
            // What the reader says may quote the key.
            throw Unreadable(source, "its private key cannot be read as PEM");
        }

        // PKCS#8 holds the key alone, PKCS#1 the pair.
        return (read is AsymmetricCipherKeyPair pair ? pair.Private : read) as RsaPrivateCrtKeyParameters
            ?? throw Unreadable(source, "its private key is no RSA private key in PEM");
    }

    private static BlueGreenException Unreadable(string source, string why) => new(
        ErrorKind.InvalidData, "ServiceAccountUnreadable", $"The service account {source} cannot be read: {why.TrimEnd('.')}.",
        "Give the JSON file of a DC/OS service account, with uid, private_key (an RSA key in PEM, without a password), login_endpoint and scheme RS256; "
        + "dcos security secrets get shows the one that the cluster keeps.", source);
}
