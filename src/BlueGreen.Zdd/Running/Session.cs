using BlueGreen.Engine;
using BlueGreen.Engine.Session;
using BlueGreen.Zdd.CommandLine;

namespace BlueGreen.Zdd.Running;

/// <summary>Connects as the options say.</summary>
internal static class Session
{
    public static ClusterSession Open(ZddOptions options, IEngineSink sink)
    {
        var session = new SessionOptions
        {
            MarathonUris = [.. options.Marathon.Split(',').Select(address => Address(address, "--marathon", ExitCode.Marathon))],
            LoadBalancerUris = [Address(options.MarathonLb, "--marathon-lb", ExitCode.LoadBalancer)],
            CertificateAuthorityPath = options.CertificateAuthority,
        };
        return ClusterSession.Create(SignIn(session, options), sink);
    }

    private static Uri Address(string text, string option, ExitCode exitCode) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0
            ? address
            : throw new ZddException(exitCode, $"{option} '{text}' is not a web address.", "Give an address such as http://marathon.mesos:8080.");

    /// <summary>The file goes before the option, and both before the service account, as with zdd.py.</summary>
    private static SessionOptions SignIn(SessionOptions session, ZddOptions options)
    {
        if (options.CredentialFile is { } file) return FirstLine(file) is { Length: > 0 } line ? Basic(session, line, $"the file {file}") : session;
        if (options.Credentials is { } credentials) return Basic(session, credentials, "--auth-credentials");
        return options.DcosCredentials is { } account ? session with { DcosServiceAccountJson = new Secret(() => account) } : session;
    }

    /// <summary>zdd.py takes no password with a colon in it; here everything behind the first colon is the password.</summary>
    private static SessionOptions Basic(SessionOptions session, string credentials, string source)
    {
        var at = credentials.IndexOf(':', StringComparison.Ordinal);
        // zdd.py leaves with 1 here, which it documents as a question answered with no.
        return at >= 0
            ? session with { UserName = credentials[..at], Password = new Secret(() => credentials[(at + 1)..]) }
            : throw new ZddException(
                ExitCode.InvalidArgument, $"Please provide marathon credentials in user:pass format: {source} has no colon.",
                "Put the user's name and a colon in front of the password.");
    }

    private static string FirstLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ZddException(
                ExitCode.Other, $"The credential file {path} cannot be read: {error.Message}", "Check the path and the rights on the file.");
        }
    }
}
