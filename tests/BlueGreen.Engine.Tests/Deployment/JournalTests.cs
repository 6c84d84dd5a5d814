using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Observing;
using BlueGreen.Engine.Haproxy;
using BlueGreen.Engine.Marathon;
using BlueGreen.Simulation.Staged;
using Newtonsoft.Json.Linq;

namespace BlueGreen.Engine.Tests.Deployment;

public sealed class JournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_replay_of_the_journal_of_any_run_reproduces_every_decision(int seed)
    {
        var journal = new WrittenJournal();
        var shop = Troubled(seed, journal);

        var outcome = shop.Deploy();
        if (outcome.Decision is Decision.Hold) shop.Deploy(outcome.Ledger);

        var steps = Replay.Run(journal.Entries).ToList();
        Assert.All(steps, step => Assert.Null(step.Difference));
        Assert.True(steps.Count(step => step.Decision is not null) > 5);
    }

    [Fact]
    public void A_replay_by_other_rules_shows_where_they_differ()
    {
        var journal = new WrittenJournal();
        new Shop { Journal = journal }.Deploy();
        var hasty = Rules.Default with { Decide = s => s.Leaving is { } old ? new Decision.Delete(old.Id, [], "no matter") : Decider.Decide(s) };

        var difference = Replay.Run(journal.Entries, hasty).First(step => step.Difference is not null).Difference;

        Assert.Contains("no matter", difference, StringComparison.Ordinal);
        Assert.Contains("and the journal says", difference, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_comes_to_the_same_proofs_that_the_kills_were_based_on()
    {
        var journal = new WrittenJournal();
        var proofs = new Shop { Journal = journal }.Deploy().Proofs;

        var acting = Replay.Run(journal.Entries).Single(step => step.Entry is JournalEntry.Acting { Act: Decision.Delete });

        var written = ((JournalEntry.Acting)acting.Entry).Proofs;
        Assert.Equal(proofs.Select(Text).Order(StringComparer.Ordinal), written.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(
            proofs.Select(p => (p.TaskId, p.LoadBalancer, p.IdleSince)).Order(),
            acting.Course!.Ledger.Records.Values.Where(r => proofs.Any(p => p.TaskId == r.TaskId)).Select(r => (r.TaskId, r.LoadBalancer, r.IdleSince)).Order());
    }

    [Fact]
    public void Looks_that_show_nothing_new_are_left_out()
    {
        var journal = new WrittenJournal();
        var shop = new Shop { Journal = journal, Policy = new RolloutPolicy { DrainTimeout = TimeSpan.FromMinutes(10) } };
        shop.Cluster.RequestDuration = TimeSpan.FromMinutes(4);

        Assert.IsType<Decision.Done>(shop.Deploy().Decision);

        // Four looks a second for minutes.
        Assert.InRange(journal.Lines.Count, 20, 400);
    }

    [Fact]
    public void Of_an_app_only_what_decisions_rest_on_is_written()
    {
        var journal = new WrittenJournal();
        var shop = new Shop { Journal = journal };
        foreach (var app in new[] { shop.Blue! })
        {
            app.Json["cmd"] = "run --password secret1";
            app.Json["env"] = new JObject { ["PASSWORD"] = "secret2" };
            app.Json["labels"]!["HAPROXY_0_AUTH"] = "realm:user:secret3";
            app.Json["healthChecks"]![0]!["command"] = "secret4";
            app.Json["container"] = JObject.Parse("""{"docker": {"image": "shop:1", "parameters": [{"key": "env", "value": "secret5"}]}}""");
            app.Json["anything"] = "secret6";
        }

        shop.Deploy();

        Assert.DoesNotContain(journal.Lines, line => line.Contains("secret", StringComparison.Ordinal));
        Assert.Contains(journal.Lines, line => line.Contains("shop:1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_leaves_one_file_whose_name_sorts_by_time_and_tells_the_group()
    {
        var deployer = Deployer(new StagedCluster());

        var first = await deployer.DeployAsync(Definition(), new RolloutPolicy(), TestContext.Current.CancellationToken);
        var second = await deployer.DeployAsync(Definition(), new RolloutPolicy(), TestContext.Current.CancellationToken);

        Assert.Equal(new[] { first.JournalFile, second.JournalFile }, Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
        Assert.Matches(@"^20260101-\d{6}-\d{3}Z_shop_\d+\.jsonl$", Path.GetFileName(second.JournalFile!));
        var entries = JournalReader.Read(second.JournalFile!).ToList();
        Assert.IsType<JournalEntry.Header>(entries[0]);
        Assert.IsType<JournalEntry.Created>(entries[1]);
        Assert.Equal(DeploymentResult.Completed, Assert.IsType<JournalEntry.Ended>(entries[^1]).Deployment.Result);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_warns_once_and_stops_nothing()
    {
        var cluster = new StagedCluster();
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var result = await new BlueGreenDeployer(cluster.For() with { JournalFolder = Path.Combine(file, "below") })
            .DeployAsync(Definition(), new RolloutPolicy(), TestContext.Current.CancellationToken);

        Assert.Equal(DeploymentResult.Created, result.Result);
        Assert.Null(result.JournalFile);
        Assert.Single(cluster.Messages, m => m.Contains("cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_that_is_refused_before_it_begins_leaves_no_journal()
    {
        var cluster = new StagedCluster();
        var definition = Definition().With(new AppChanges { Set = new Dictionary<string, object?> { ["healthChecks"] = null } });

        await Assert.ThrowsAsync<BlueGreenException>(() => Deployer(cluster).DeployAsync(definition, new RolloutPolicy(), TestContext.Current.CancellationToken));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task The_torn_last_line_of_a_driver_that_was_killed_is_left_out(int bytes)
    {
        var file = (await Deployer(new StagedCluster()).DeployAsync(Definition(), new RolloutPolicy(), TestContext.Current.CancellationToken)).JournalFile!;
        var all = JournalReader.Read(file).ToList();
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text[..^(bytes + 1)], TestContext.Current.CancellationToken);

        var left = JournalReader.Read(file).ToList();

        Assert.Equal(all.Count - 1, left.Count);
        Assert.All(Replay.Run(left), step => Assert.Null(step.Difference));
    }

    [Theory]
    [InlineData(3, "this is not ours", "line 3")]
    [InlineData(3, "{\"is\":\"Nonsense\",\"at\":\"2026-01-01T00:00:00Z\"}", "line 3: there is no JournalEntry of the kind 'Nonsense'")]
    [InlineData(3, "null", "line 3")]
    [InlineData(1, "{}", "line 1")]
    [InlineData(1, "{\"is\":\"Header\",\"at\":\"2026-01-01T00:00:00Z\",\"format\":2}", "line 1: it has the format 2")]
    public async Task A_line_that_is_not_ours_is_named_with_its_file(int number, string line, string what)
    {
        var file = (await Deployer(new StagedCluster()).DeployAsync(Definition(), new RolloutPolicy(), TestContext.Current.CancellationToken)).JournalFile!;
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        lines[number - 1] = line;
        await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);

        var error = Assert.Throws<BlueGreenException>(() => JournalReader.Read(file).ToList());

        Assert.Equal("JournalUnreadable", error.ErrorId);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_sockets_and_gauges_told_is_read_back_as_it_was_written()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero);
        var reading = new LoadBalancerReading(
            new LoadBalancerInstance("10.0.0.1:9090", new Uri("http://10.0.0.1:9090")), at, ReadingQuality.Consistent, null, new ProcessSet(3, TimeSpan.FromSeconds(9), [1, 2, 3]) { HasMaster = true }, [])
        {
            Sockets = new SocketReading { Master = 1, OldWorkers = [new WorkerReading(2, WorkerSource.AdminSocket, 4, [new WorkerSessions("shop_10000", null, 5)])] },
        };
        var journal = new WrittenJournal();
        journal.Write(new JournalEntry.Look(at, new Observation(at, at, [], [reading]) { AsksPendingOperations = true, PendingOperations = [new PendingOperationsReading("a", at, 2.5, "slow")] }));

        journal.Write(journal.Entries.Single());

        Assert.Equal(journal.Lines[0], journal.Lines[1]);
        foreach (var word in new[] { "\"master\":1", "AdminSocket", "\"pending\":5", "\"hasMaster\":true", "2.5", "slow" }) Assert.Contains(word, journal.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_a_file_names_is_never_loaded() =>
        Assert.Throws<Newtonsoft.Json.JsonSerializationException>(() => JournalJson.Read("""{"is":"System.Diagnostics.Process, System","$type":"System.Diagnostics.Process, System","at":"2026-01-01T00:00:00Z"}"""));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Text(DrainProof proof) => JournalJson.ToToken(proof).ToString();

    /// <summary>A deployment among faults that the seed draws.</summary>
    private static Shop Troubled(int seed, WrittenJournal journal)
    {
        var random = new Random(seed);
        var shop = new Shop(random.Next(2, 7), random.Next(1, 4), seed)
        {
            Journal = journal,
            Policy = new RolloutPolicy
            {
                Growth = random.Next(3) switch { 0 => new Growth.AllAtOnce(), 1 => new Growth.Linear(2), _ => new Growth.ByHalf() },
                HealthTimeout = TimeSpan.FromSeconds(30),
                DrainTimeout = TimeSpan.FromSeconds(random.Next(5, 60)),
                ConvergeTimeout = TimeSpan.FromSeconds(20),
                OnDrainTimeout = random.Next(2) == 0 ? DrainTimeoutAction.Kill : DrainTimeoutAction.Hold,
            },
        };
        var balancers = shop.Cluster.LoadBalancers;
        shop.Cluster.RequestDuration = TimeSpan.FromSeconds(random.Next(1, 50));
        shop.Marathon.AfterCall = what =>
        {
            // Only at the first look a Marathon that is away is an error.
            if (journal.Lines.Count > 0 && random.Next(8) == 0 && (what != "read" || !journal.Lines[^1].Contains("\"is\":\"Run\"", StringComparison.Ordinal))) throw new BlueGreenException(ErrorKind.Unavailable, "MarathonUnreachable", $"lost {what}", "");
        };
        shop.Marathon.Behaviour = _ => TaskBehaviour.Of(TimeSpan.FromSeconds(random.Next(1, 4)), random.Next(12) == 0 ? null : TimeSpan.FromSeconds(random.Next(1, 5)));
        for (var fault = 0; fault < 4; fault++)
        {
            var balancer = balancers[random.Next(balancers.Count)];
            Action act = random.Next(5) switch
            {
                0 => () => balancer.IsUnreachable = !balancer.IsUnreachable,
                1 => () => balancer.IsDeaf = !balancer.IsDeaf,
                2 => () => shop.World.ClockError = TimeSpan.FromSeconds(random.Next(-9999, 9999)),
                3 => () => shop.Marathon.Touch(),
                _ => () =>
                {
                    if (random.Next(3) == 0 && shop.Blue is { } blue) shop.Marathon.Scale(blue, blue.Instances + 1);
                },
            };
            var at = TimeSpan.FromSeconds(random.Next(1, 40));
            shop.World.After(at, act);
            shop.World.After(at + TimeSpan.FromSeconds(random.Next(1, 15)), act);
        }

        shop.Create("green", 1, tolerateLostAnswer: true);
        return shop;
    }

    private BlueGreenDeployer Deployer(StagedCluster cluster) => new(cluster.For() with { JournalFolder = _folder });

    private static AppDefinition Definition() => AppDefinition.Parse(
        """
        {
          "id": "/shop", "instances": 4, "cmd": "run", "portDefinitions": [{"port": 10000}], "healthChecks": [{"protocol": "HTTP"}],
          "labels": {"HAPROXY_DEPLOYMENT_GROUP": "shop", "HAPROXY_DEPLOYMENT_ALT_PORT": "10001"}
        }
        """, "shop.json");
}
