using BlueGreen.Engine.Haproxy;
using CsCheck;

namespace BlueGreen.Engine.Tests.Haproxy;

public class ServingProcessReaderTests
{
    [Theory]
    [InlineData("2.0.0", "0d 0h00m16s", 16)]
    [InlineData("2.6.12-1+deb12u4", "3d 1h02m03s", 262_923)]
    [InlineData("3.5-dev5-1a2b3c", "0d 0h00m00s", 0)]
    public void The_head_of_the_page_names_process_uptime_and_version(string version, string uptime, int seconds)
    {
        Assert.Equal(new ServingProcess(29963, TimeSpan.FromSeconds(seconds), version), ServingProcessReader.Read(StatsPayload.Page(29963, uptime, version)));
    }

    [Fact]
    public void A_page_that_hides_the_version_still_names_the_process()
    {
        var page = "<h1>HAProxy</h1><h2>Statistics Report for pid 77 on node-a</h2><b>uptime = </b> 0d 0h01m00s<br>";

        Assert.Equal(new ServingProcess(77, TimeSpan.FromMinutes(1), null), ServingProcessReader.Read(page));
    }

    [Fact]
    public void What_a_server_is_called_is_not_taken_for_the_head()
    {
        var page = "<html><table class=\"tbl\"><tr><td>pid = </b> 5 Statistics Report for pid 5</td></tr></table>";

        Assert.Null(ServingProcessReader.Read(page));
    }

    [Fact]
    public void No_text_whatever_crashes_the_reader()
    {
        var piece = Gen.OneOf("pid = </b> ", "uptime = </b> ", "99999999999", "7", "d ", "h", "m", "s", "HAProxy version ", "<", "Statistics Report for pid ");

        Gen.OneOf(Gen.String, piece.Array[0, 20].Select(string.Concat)).Sample(text => ServingProcessReader.Read(text) is null or { Pid: >= 0 });
    }
}
