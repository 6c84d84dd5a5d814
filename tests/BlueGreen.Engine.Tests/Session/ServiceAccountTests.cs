using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BlueGreen.Engine.Session;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Session;

public sealed class ServiceAccountTests : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_key_in_either_form_of_PEM_signs_what_its_public_key_verifies(bool pkcs8)
    {
        var account = ServiceAccount.Parse(Json(key: pkcs8 ? _key.ExportPkcs8PrivateKeyPem() : _key.ExportRSAPrivateKeyPem()), "a.json");

        var parts = LoginToken.Sign(account, DateTimeOffset.FromUnixTimeSeconds(1_700_000_060)).Split('.');

        Assert.Equal("""{"alg":"RS256","typ":"JWT"}""", Decode(parts[0]));
        Assert.Equal("""{"uid":"deployer","exp":1700000060}""", Decode(parts[1]));
        Assert.True(_key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Theory]
    [InlineData("[1]", "not a JSON object")]
    [InlineData("{", "not a JSON object")]
    [InlineData("""{"private_key":"geheim"}""", "no member \"uid\"")]
    [InlineData("""{"uid":"deployer"}""", "no member \"private_key\"")]
    [InlineData("""{"uid":"deployer","private_key":"geheim","scheme":"HS256"}""", "scheme")]
    [InlineData("""{"uid":"deployer","private_key":"geheim"}""", "login_endpoint")]
    [InlineData("""{"uid":"deployer","private_key":"geheim","login_endpoint":"ftp://m"}""", "login_endpoint")]
    [InlineData("""{"uid":"deployer","private_key":"geheim","login_endpoint":"https://m/login"}""", "private key")]
    [InlineData("""{"uid":"deployer","private_key":"-----BEGIN PRIVATE KEY-----\ngeheim\n-----END PRIVATE KEY-----","login_endpoint":"https://m/login"}""", "private key")]
    public void What_is_wrong_with_the_file_is_said_without_the_key(string json, string what)
    {
        var error = Assert.Throws<BlueGreenException>(() => ServiceAccount.Parse(json, "deployer.json"));

        Assert.Equal(("ServiceAccountUnreadable", ErrorKind.InvalidData, "deployer.json"), (error.ErrorId, error.Kind, error.Target));
        Assert.Contains(what, error.Message);
        Assert.DoesNotContain("geheim", error.ToString());
        Assert.Contains("login_endpoint", error.Remedy);
    }

    [Fact]
    public void A_key_of_another_kind_or_behind_a_password_is_refused()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var locked = _key.ExportEncryptedPkcs8PrivateKeyPem("geheim", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

        Assert.Contains("no RSA private key", Assert.Throws<BlueGreenException>(() => ServiceAccount.Parse(Json(key: curve.ExportPkcs8PrivateKeyPem()), "a")).Message);
        Assert.Contains("no RSA private key", Assert.Throws<BlueGreenException>(() => ServiceAccount.Parse(Json(key: _key.ExportRSAPublicKeyPem()), "a")).Message);
        Assert.Contains("locked by a password", Assert.Throws<BlueGreenException>(() => ServiceAccount.Parse(Json(key: locked), "a")).Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<BlueGreenException>(() => ServiceAccount.FromFile("/no/such/account.json"));

        Assert.Equal(("ServiceAccountUnreadable", "/no/such/account.json"), (error.ErrorId, error.Target));
    }

    public void Dispose() => _key.Dispose();

    private static string Json(string key) => new JObject
    {
        ["uid"] = "deployer", ["private_key"] = key, ["login_endpoint"] = "https://m/acs/api/v1/auth/login", ["scheme"] = "RS256",
    }.ToString();

    private static string Decode(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
}
