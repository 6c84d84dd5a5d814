using BlueGreen.Engine.Haproxy;
using CsCheck;
using static BlueGreen.Engine.Tests.Haproxy.StatsPayload;

namespace BlueGreen.Engine.Tests.Haproxy;

public class HaproxyStatsReaderTests
{
    [Theory]
    [InlineData(Head20, false)]
    [InlineData(Head26, true)]
    public void Only_servers_are_read_whatever_columns_a_version_has(string head, bool new26)
    {
        var csv = head
            + Row("shop_20000", "FRONTEND", "OPEN", type: 0, new26: new26)
            + Row("shop_20000", "10_0_0_5_31001", "UP", sessions: 2, queue: 1, check: "L7OK", weight: "128", new26: new26)
            + Row("shop_20000", "10_0_0_5_31002", "MAINT", new26: new26)
            + Row("shop_20000", "sock-1", "UP", type: 3, new26: new26)
            + Row("shop_20000", "BACKEND", "UP", type: 1, new26: new26);

        var servers = HaproxyStatsReader.Read(csv, "lb1:9090");

        Assert.Equal(["10_0_0_5_31001", "10_0_0_5_31002"], servers.Select(s => s.Server));
        var first = servers[0];
        Assert.Equal(("lb1:9090", "shop_20000", ServerState.Serving), (first.LoadBalancer, first.Backend, first.State));
        Assert.Equal((2, 1, 7L, 128), (first.CurrentSessions, first.CurrentQueue, first.TotalSessions, first.Weight));
        Assert.Equal(("L7OK", "10.0.0.5:31001", TimeSpan.FromSeconds(16)), (first.CheckStatus, first.Address, first.SinceLastChange));
        Assert.True(servers[1].IsOutOfPool);
        Assert.Null(servers[1].CheckStatus);
    }

    [Fact]
    public void A_version_without_a_type_column_is_read_by_the_names()
    {
        var csv = "# pxname,svname,qcur,scur,status\nshop,FRONTEND,,2,OPEN\nshop,a1,0,0,UP\nshop,BACKEND,0,0,UP\n";

        Assert.Equal(["a1"], HaproxyStatsReader.Read(csv, "lb1").Select(s => s.Server));
    }

    [Fact]
    public void A_server_may_be_called_like_a_row_that_is_none_when_its_type_says_so()
    {
        Assert.Single(HaproxyStatsReader.Read(Head20 + Row("shop", "BACKEND", "UP", type: 2), "lb1"));
    }

    [Fact]
    public void Quoted_values_may_hold_commas_quotes_and_ends_of_line()
    {
        var csv = "# pxname,svname,check_desc,qcur,scur,status,\r\nshop,a1,\"a, \"\"b\"\"\nc\",3,4,UP 1/3,\r\n";

        var server = Assert.Single(HaproxyStatsReader.Read(csv, "lb1"));

        Assert.Equal((3, 4, "UP 1/3"), (server.CurrentQueue, server.CurrentSessions, server.Status));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("{\"a\":1}")]
    [InlineData("# pxname,svname,status\nshop,a1,UP\n")]
    [InlineData("# pxname,svname,qcur,scur,status\nshop,a1,0,,UP\n")]
    [InlineData("# pxname,svname,qcur,scur,status\nshop,a1,0,many,UP\n")]
    [InlineData("# pxname,svname,qcur,scur,status\nshop,a1,0\n")]
    [InlineData("# pxname,svname,qcur,scur,status\nshop,a1,0,\"1")]
    public void What_does_not_tell_of_sessions_is_an_error_and_never_idle(string csv)
    {
        var error = Assert.Throws<BlueGreenException>(() => HaproxyStatsReader.Read(csv, "lb1:9090"));

        Assert.Equal(("StatsUnreadable", "lb1:9090"), (error.ErrorId, error.Target));
    }

    [Fact]
    public void No_text_whatever_crashes_the_reader()
    {
        var piece = Gen.OneOf("# pxname,svname,qcur,scur,status,\n", "shop,a1,0,0,UP,\n", ",", "\"", "\r", "\n", "MAINT", "-1", "9999999999999999999", "\0", "#");

        Gen.OneOf(Gen.String, piece.Array[0, 20].Select(string.Concat)).Sample(text =>
        {
            try
            {
                return !HaproxyStatsReader.Read(text, "lb1").IsDefault;
            }
            catch (BlueGreenException error)
            {
                return error.ErrorId == "StatsUnreadable";
            }
        });
    }

    [Fact]
    public void Thousands_of_servers_are_read_whole()
    {
        var csv = Head26 + string.Concat(Enumerable.Range(0, 10_000).Select(i => Row($"app{i % 1000}_20000", $"10_0_0_5_{i}", "UP", new26: true)));

        Assert.Equal(10_000, HaproxyStatsReader.Read(csv, "lb1").Length);
    }

    [Theory]
    [InlineData("UP", ServerState.Serving)]
    [InlineData("UP 1/3", ServerState.Serving)]
    [InlineData("no check", ServerState.Serving)]
    [InlineData("DOWN", ServerState.Down)]
    [InlineData("DOWN 1/2", ServerState.Down)]
    [InlineData("DOWN (agent)", ServerState.Down)]
    [InlineData("NOLB", ServerState.Down)]
    [InlineData("NOLB 1/3", ServerState.Down)]
    [InlineData("MAINT", ServerState.Maintenance)]
    [InlineData("MAINT (via shop_20000/a1)", ServerState.Maintenance)]
    [InlineData("MAINT (resolution)", ServerState.Maintenance)]
    [InlineData("DRAIN", ServerState.Drain)]
    [InlineData("DRAIN (agent)", ServerState.Drain)]
    [InlineData("", ServerState.Unknown)]
    [InlineData("no", ServerState.Unknown)]
    [InlineData("UPSIDE", ServerState.Unknown)]
    public void Status_words_have_one_meaning(string word, ServerState state) => Assert.Equal(state, StatusWords.Read(word));
}
