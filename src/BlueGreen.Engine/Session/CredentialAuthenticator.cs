using System.Text;
using BlueGreen.Engine.Marathon;

namespace BlueGreen.Engine.Session;

/// <summary>Sends the same proof with every request; the secret is read anew each time, so it may be changed meanwhile.</summary>
internal sealed class CredentialAuthenticator(Func<string> header) : IMarathonAuthenticator
{
    public static IMarathonAuthenticator Of(SessionOptions options)
    {
        if (options.Token is { } token)
        {
            var dcos = options.MarathonUris.Any(uri => uri.AbsolutePath.IndexOf("/service/", StringComparison.Ordinal) >= 0);
            return new CredentialAuthenticator(() => TokenHeader(token.Reveal(), dcos));
        }

        if (options.UserName is { } user) return new CredentialAuthenticator(() => Basic(user, options.Password?.Reveal() ?? ""));
        return FromAddress(options.MarathonUris.FirstOrDefault(uri => uri.UserInfo.Length > 0)) is { } basic
            ? new CredentialAuthenticator(() => basic)
            : NoAuthenticator.Instance;
    }

    /// <summary>The header for a user and password inside an address; null when there are none.</summary>
    public static string? FromAddress(Uri? address)
    {
        if (address is null || address.UserInfo.Length == 0) return null;
        var parts = address.UserInfo.Split([':'], 2);
        return Basic(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    public Task<string?> ProveAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(header());

    public Task<bool> RenewAsync(string refused, CancellationToken cancellationToken) => Task.FromResult(false);

    private static string TokenHeader(string token, bool dcos) =>
        token.StartsWith("token=", StringComparison.Ordinal) || token.Contains(' ') ? token : dcos ? $"token={token}" : $"Bearer {token}";

    private static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
