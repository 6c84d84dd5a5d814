using BlueGreen.Engine.Haproxy;
using CsCheck;
using static BlueGreen.Engine.Tests.Haproxy.StatsPayload;

namespace BlueGreen.Engine.Tests.Fuzzing;

/// <summary>Statistics of other versions, cut, quoted and broken ones: an error, or a reading that calls nothing idle or out of the pool that is not.</summary>
public class StatsFuzzTests
{
    private static readonly string Csv = Head26
        + Row("shop_20000", "FRONTEND", "OPEN", type: 0, new26: true)
        + Row("shop_20000", "10_0_0_5_31001", "UP", sessions: 2, queue: 1, check: "L7OK", new26: true)
        + Row("shop_20000", "10_0_0_5_31002", "UP", sessions: 3, check: "L7OK", new26: true)
        + Row("shop_20000", "10_0_0_5_31003", "no check", sessions: 1, new26: true)
        + Row("shop_20000", "BACKEND", "UP", type: 1, new26: true);

    private static string HeadWithAgent { get; } = Head20.TrimEnd() + "agent_status,";

    private static string[][] Table { get; } = [.. Csv.TrimStart('#', ' ').Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(','))];

    [Fact]
    public void Columns_that_are_moved_are_found()
    {
        var columns = Table[0].Length;
        Gen.Shuffle(Enumerable.Range(0, columns).ToArray()).Sample(
            order => Assert.Equal(Read(Csv), Read("# " + Write(Table.Select(row => order.Select(i => row[i]))))), iter: 200);
    }

    [Fact]
    public void Columns_that_this_version_does_not_know_change_nothing()
    {
        var value = Gen.OneOf(Gen.Const(""), Gen.Const("-"), Gen.Const("\"a,\"\"b\""), Gen.Const("MAINT"), Gen.Const("0"));
        Gen.Select(Gen.Int[0, Table[0].Length], value).Array[1, 20].Sample(added =>
        {
            var rows = Table.Select(row => row.ToList()).ToList();
            foreach (var (at, text) in added)
            {
                for (var i = 0; i < rows.Count; i++) rows[i].Insert(at, i == 0 ? "new" : text);
            }

            Assert.Equal(Read(Csv), Read("# " + Write(rows)));
        }, iter: 200);
    }

    [Fact]
    public void Values_may_be_quoted_one_and_all() => Assert.Equal(
        Read(Csv), Read("# " + Write(Table.Select(row => row.Select((value, i) => i == row.Length - 1 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")))));

    [Fact]
    public void Whichever_columns_are_missing_no_server_in_the_pool_is_taken_for_one_that_is_out_of_it_or_idle() =>
        Gen.Bool.Array[Table[0].Length].Sample(
            kept => IsSound(Soundly.Try(() => HaproxyStatsReader.ReadPage("# " + Write(Table.Select(row => row.Where((_, i) => kept[i]))), "lb1").ToList())), iter: 3000);

    [Fact]
    public void Statistics_that_are_cut_anywhere_are_an_error()
    {
        for (var length = 0; length < Csv.Length; length++)
        {
            var read = Soundly.Try(() => HaproxyStatsReader.ReadPage(Csv[..length], "lb1").ToList());
            // Behind a proxy of its own a cut cannot be told: nothing of the servers was read yet.
            Assert.True(read is null or { Count: 0 }, $"{length} characters are read as {read?.Count} servers");
        }
    }

    [Fact]
    public void Whatever_is_broken_only_a_word_that_says_so_takes_a_server_out_of_the_pool() =>
        Mutation.Some.Sample(mutations => HaveOwnWords(Soundly.Try(() => HaproxyStatsReader.Read(mutations.Apply(Csv), "lb1").ToList())), iter: 5000);

    [Fact]
    public void A_value_that_is_longer_than_any_is_an_error_or_read() =>
        Assert.True(HaveOwnWords(Soundly.Try(() => HaproxyStatsReader.Read(Csv.Replace("10_0_0_5_31001", new string('x', 5_000_000), StringComparison.Ordinal), "lb1").ToList())));

    [Theory]
    [InlineData("DOWN", "", true)]
    [InlineData("DOWN", "L4CON", false)]
    [InlineData("DOWN 1/2", "", false)]
    [InlineData("MAINT", "", false)]
    [InlineData("no check", "", false)]
    public void Stopped_for_good_is_what_is_down_without_anything_that_watches_it(string status, string check, bool isStopped) =>
        Assert.Equal(isStopped, Assert.Single(Read(HeadWithAgent + "\n" + Row("shop", "a", status, check: check))).IsStopped);

    [Theory]
    [InlineData("check_status")]
    [InlineData("agent_status")]
    [InlineData("tracked")]
    public void Where_it_is_not_told_what_watches_a_server_none_is_stopped_for_good(string column) =>
        Assert.False(Assert.Single(Read(HeadWithAgent.Replace($",{column},", ",other,", StringComparison.Ordinal) + "\n" + Row("shop", "a", "DOWN"))).IsStopped);

    private static List<HaproxyServerStat> Read(string csv) => [.. HaproxyStatsReader.Read(csv, "lb1")];

    private static string Write(IEnumerable<IEnumerable<string>> rows) => string.Concat(rows.Select(row => string.Join(',', row) + "\n"));

    /// <summary>All three servers serve and are busy: so it says of each that it tells of.</summary>
    private static bool IsSound(List<HaproxyServerStat>? servers) =>
        servers?.TrueForAll(s => s is { State: ServerState.Serving, HasPending: true, IsStopped: false }) ?? true;

    private static bool HaveOwnWords(List<HaproxyServerStat>? servers) => servers?.TrueForAll(s =>
        (!s.IsOutOfPool || s.Status.TrimStart().StartsWith("MAINT", StringComparison.OrdinalIgnoreCase) || s.Status.TrimStart().StartsWith("DRAIN", StringComparison.OrdinalIgnoreCase))
        && (!s.IsStopped || s is { Status: "DOWN", CheckStatus: null }) && s is { CurrentSessions: >= 0, CurrentQueue: >= 0, Weight: >= 0 and <= 256 }) ?? true;
}
