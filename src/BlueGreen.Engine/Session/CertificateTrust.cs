using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace BlueGreen.Engine.Session;

/// <summary>Trusts the certificate authorities of one file beside those of the machine.</summary>
internal sealed class CertificateTrust
{
    private static readonly Regex Pem = new(
        "-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly X509Certificate2[] _authorities;

    private CertificateTrust(X509Certificate2[] authorities) => _authorities = authorities;

    /// <exception cref="BlueGreenException"><c>CertificateAuthorityUnreadable</c>.</exception>
    public static CertificateTrust FromFile(string path)
    {
        try
        {
            var authorities = Pem.Matches(File.ReadAllText(path)).Cast<Match>()
                .Select(match => new X509Certificate2(Convert.FromBase64String(match.Groups[1].Value)))
                .ToArray();
            return authorities.Length > 0 ? new CertificateTrust(authorities) : throw Unreadable(path, "it holds no certificate", null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or CryptographicException or ArgumentException)
        {
            throw Unreadable(path, error.Message, error);
        }
    }

    /// <summary>As a TLS callback: true when the certificate is for this host and was signed by one of the authorities.</summary>
    public bool Accepts(HttpRequestMessage request, X509Certificate2? certificate, X509Chain? offered, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (certificate is null || errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;

        using var chain = new X509Chain();
        // A cluster's own authority seldom publishes a list of what it has revoked.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // The root is not the machine's: whether it is one of ours is judged below.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.ChainPolicy.ExtraStore.AddRange(_authorities);
        foreach (var element in offered?.ChainElements.Cast<X509ChainElement>() ?? []) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate)
            && chain.ChainElements.Cast<X509ChainElement>().Any(e => _authorities.Any(a => a.RawData.SequenceEqual(e.Certificate.RawData)));
    }

    private static BlueGreenException Unreadable(string path, string why, Exception? cause) => new(
        ErrorKind.InvalidData, "CertificateAuthorityUnreadable", $"The certificate authority file {path} cannot be read: {why}",
        "Give a PEM file with one or more CERTIFICATE blocks, such as the cluster's dcos-ca.crt.", path, cause);
}
