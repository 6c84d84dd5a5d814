using BlueGreen.Zdd.Running;

namespace BlueGreen.Host.Tests.Zdd;

/// <summary>What <c>json.dumps(json.loads(text), sort_keys=True, indent=2)</c> of Python 3.11 wrote for the same text.</summary>
public sealed class PythonJsonTests
{
    [Theory]
    [InlineData("1", "1")]
    [InlineData("-0", "0")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("1.0", "1.0")]
    [InlineData("0.10", "0.1")]
    [InlineData("1e3", "1000.0")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("1e16", "1e+16")]
    [InlineData("123456789012345678.0", "1.2345678901234568e+17")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("-1.5E-7", "-1.5e-07")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("0.0", "0.0")]
    [InlineData("1e100", "1e+100")]
    [InlineData("true", "true")]
    [InlineData("{}", "{}")]
    [InlineData("[ ]", "[]")]
    public void Numbers_and_empty_lists(string json, string expected) => Assert.Equal(expected, PythonJson.Write(json));

    [Fact]
    public void Text_is_ASCII()
    {
        Assert.Equal(
            """
            "\u00e9 \u2028 \ud83d\ude00 \u007f \" \\ / \n \t \r \b \f \u0001 <&'>"
            """.Trim(),
            PythonJson.Write("""
            "é \u2028 😀 \u007f \" \\ \/ \n \t \r \b \f \u0001 <&'>"
            """));
    }

    [Fact]
    public void Members_are_ordered_by_code_point_and_indented_by_two()
    {
        Assert.Equal(
            """
            {
              "B": [
                1,
                {
                  "x": []
                }
              ],
              "a": {
                "c": "d"
              },
              "\ue000": 1,
              "\ud83d\ude00": 2
            }
            """.ReplaceLineEndings("\n"),
            PythonJson.Write("""{"a":{"c":"d"},"😀":2,"\ue000":1,"B":[1,{"x":[]}]}"""));
    }
}
