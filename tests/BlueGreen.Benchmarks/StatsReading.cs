using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using BlueGreen.Engine.Haproxy;
using CsvHelper;
using CsvHelper.Configuration;

namespace BlueGreen.Benchmarks;

/// <summary>
/// HAProxy's statistics of a large load balancer, read by the engine (Sylvan.Data.Csv) and by CsvHelper in the same way: columns by name,
/// servers only, the members that the engine needs.
/// </summary>
[MemoryDiagnoser]
public class StatsReading
{
    private string _csv = "";

    /// <summary>Backends of ten servers each; one backend is what a scoped poll returns.</summary>
    [Params(1, 1000)]
    public int Backends { get; set; }

    [GlobalSetup]
    public void WriteStatistics()
    {
        string[] names = ["pxname", "svname", "qcur", "qmax", "scur", "smax", "slim", "stot", "status", "weight", "lastchg", "check_status", "addr", "type", "-"];
        var filler = Enumerable.Range(0, 105).Select(i => $"h2_{i}").ToList();
        var text = new StringBuilder("# ").AppendJoin(',', names).Append(',').AppendJoin(',', filler).Append(",\n");
        var rest = string.Concat(Enumerable.Repeat("0,", filler.Count));
        for (var backend = 0; backend < Backends; backend++)
        {
            for (var server = 0; server < 10; server++)
            {
                text.Append(CultureInfo.InvariantCulture, $"app_{backend},10_0_6_25_{31000 + server},0,0,{server},3,,100,UP,1,17,L7OK,10.0.6.25:{31000 + server},2,-,").Append(rest).Append('\n');
            }

            text.Append(CultureInfo.InvariantCulture, $"app_{backend},BACKEND,0,0,0,3,,1000,UP,10,17,,,1,-,").Append(rest).Append('\n');
        }

        _csv = text.ToString();
    }

    [Benchmark(Baseline = true)]
    public int Engine() => HaproxyStatsReader.Read(_csv, "lb").Length;

    [Benchmark]
    public int ByCsvHelper()
    {
        using var csv = new CsvReader(new StringReader(_csv.TrimStart('#', ' ')), new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, MissingFieldFound = null });
        csv.Read();
        csv.ReadHeader();
        var servers = new List<HaproxyServerStat>();
        while (csv.Read())
        {
            if (csv["type"] != "2") continue;
            servers.Add(new HaproxyServerStat
            {
                LoadBalancer = "lb",
                Backend = csv["pxname"]!,
                Server = csv["svname"]!,
                Status = csv["status"]!,
                State = csv["status"] == "UP" ? ServerState.Serving : ServerState.Unknown,
                CurrentSessions = int.Parse(csv["scur"]!, CultureInfo.InvariantCulture),
                CurrentQueue = int.Parse(csv["qcur"]!, CultureInfo.InvariantCulture),
                TotalSessions = long.Parse(csv["stot"]!, CultureInfo.InvariantCulture),
                Weight = int.Parse(csv["weight"]!, CultureInfo.InvariantCulture),
                Address = csv["addr"],
                CheckStatus = csv["check_status"],
            });
        }

        return servers.Count;
    }
}
