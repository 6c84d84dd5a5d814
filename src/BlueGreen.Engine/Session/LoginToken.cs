using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Org.BouncyCastle.Security;

namespace BlueGreen.Engine.Session;

/// <summary>The JSON web token with which a service account signs in (RFC 7519, signed as RFC 7518's RS256).</summary>
internal static class LoginToken
{
    public static string Sign(ServiceAccount account, DateTimeOffset expires)
    {
        var header = new JObject { ["alg"] = "RS256", ["typ"] = "JWT" };
        var claims = new JObject { ["uid"] = account.Uid, ["exp"] = expires.ToUnixTimeSeconds() };
        var text = $"{Encode(header)}.{Encode(claims)}";
        var signer = SignerUtilities.GetSigner("SHA256withRSA");
        signer.Init(true, account.Key);
        var bytes = Encoding.ASCII.GetBytes(text);
        signer.BlockUpdate(bytes, 0, bytes.Length);
        return $"{text}.{Encode(signer.GenerateSignature())}";
    }

    private static string Encode(JObject json) => Encode(Encoding.UTF8.GetBytes(json.ToString(Formatting.None)));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
