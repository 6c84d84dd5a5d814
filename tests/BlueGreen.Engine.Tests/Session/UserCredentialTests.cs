using BlueGreen.Engine.Session;

namespace BlueGreen.Engine.Tests.Session;

public class UserCredentialTests
{
    [Theory]
    [InlineData("ann:secret\nmore\n", "ann", "secret")]
    [InlineData("ann:se:cret\r\n", "ann", "se:cret")]
    [InlineData("ann:", "ann", "")]
    public async Task The_first_line_of_the_file_counts(string content, string user, string password)
    {
        var read = await FromFileAsync(content);

        Assert.Equal((user, password), (read.UserName, read.Password.Reveal()));
        Assert.DoesNotContain("se", read.ToString().Replace("UserCredential", "").Replace("UserName", ""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("geheim")]
    [InlineData(":geheim")]
    public async Task A_file_without_a_user_and_a_colon_is_refused_without_showing_it(string content)
    {
        var error = await Assert.ThrowsAsync<BlueGreenException>(() => FromFileAsync(content));

        Assert.Equal(("CredentialFileUnreadable", ErrorKind.InvalidData), (error.ErrorId, error.Kind));
        Assert.DoesNotContain("geheim", error.ToString());
        Assert.Contains("user:password", error.Remedy);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal("/no/such/file", Assert.Throws<BlueGreenException>(() => UserCredential.FromFile("/no/such/file")).Target);

    [Fact]
    public void A_text_is_read_alike()
    {
        Assert.Equal("se:cret", UserCredential.Parse("ann:se:cret").Password.Reveal());
        var error = Assert.Throws<BlueGreenException>(() => UserCredential.Parse("geheim"));
        Assert.Equal("InvalidCredential", error.ErrorId);
        Assert.DoesNotContain("geheim", error.ToString());
    }

    private static async Task<UserCredential> FromFileAsync(string content)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
            return UserCredential.FromFile(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
