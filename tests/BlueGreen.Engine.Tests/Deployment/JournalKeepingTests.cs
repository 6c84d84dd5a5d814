using System.Diagnostics;
using BlueGreen.Engine.Deployment;
using BlueGreen.Engine.Deployment.Acting;
using BlueGreen.Engine.Deployment.Deciding;
using BlueGreen.Engine.Deployment.Journaling;
using BlueGreen.Engine.Deployment.Observing;

namespace BlueGreen.Engine.Tests.Deployment;

/// <summary>What becomes of journals afterwards, and what a disk that does not keep up does to the one that is written.</summary>
public sealed class JournalKeepingTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("bluegreen").FullName;
    private readonly List<string> _warnings = [];

    [Fact]
    public void The_newest_journals_are_kept_and_the_older_ones_removed()
    {
        var old = Enumerable.Range(0, 6).Select(i => OldJournal(At.AddDays(-10 + i))).ToList();

        var own = WriteOne(keep: 3);

        Assert.Equal(old.Skip(4).Append(own), Files());
        Assert.Empty(_warnings);
    }

    [Fact]
    public void With_0_all_are_kept()
    {
        for (var i = 0; i < 5; i++) OldJournal(At.AddDays(-10 + i));

        WriteOne(keep: 0);

        Assert.Equal(6, Files().Count());
    }

    [Fact]
    public void What_is_no_journal_of_this_module_is_never_removed()
    {
        var foreign = new[] { "notes.jsonl", "20250101-000000-000Z_shop_x.jsonl", "readme.txt" }.Select(name => Aged(name, "{\"is\":\"Header\",\"format\":1}\n")).ToList();
        var alike = Aged("20250101-000000-000Z_shop_7.jsonl", "{\"hello\":1}\n");
        var empty = Aged("20250102-000000-000Z_shop_7.jsonl", "");
        var link = Path.Combine(_folder, "20250103-000000-000Z_shop_7.jsonl");
        var linked = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName, "journal");
        File.WriteAllText(linked, "{\"is\":\"Header\",\"format\":1}\n");
        File.CreateSymbolicLink(link, linked);

        WriteOne(keep: 1);

        Assert.All([.. foreign, alike, empty, link, linked], file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public void A_journal_that_is_being_written_is_never_removed_and_one_of_the_last_hour_neither()
    {
        using var other = NewJournal(keep: 0, At.AddDays(-5));
        other.Write(Begun);
        other.Flush();
        File.SetLastWriteTimeUtc(other.FilePath!, DateTime.UtcNow.AddDays(-5));
        var recent = OldJournal(At.AddDays(-4));
        File.SetLastWriteTimeUtc(recent, DateTime.UtcNow.AddMinutes(-5));
        var removed = OldJournal(At.AddDays(-3));

        WriteOne(keep: 1);

        Assert.True(File.Exists(other.FilePath));
        Assert.True(File.Exists(recent));
        Assert.False(File.Exists(removed));
    }

    [Fact]
    public void The_journal_that_was_just_written_stays_although_a_clock_was_put_back()
    {
        OldJournal(At.AddDays(100));

        Assert.True(File.Exists(WriteOne(keep: 1)));
    }

    [Fact]
    public async Task A_disk_that_hangs_holds_nothing_up_and_is_told_of_once()
    {
        using var disk = new HangingDisk();
        var journal = NewJournal(keep: 0, At, disk);
        var watch = Stopwatch.StartNew();
        journal.Write(Begun);
        for (var i = 0; i < 50; i++)
        {
            journal.Write(new JournalEntry.Acting(At, new Decision.Done("x"), []));
            journal.Write(new JournalEntry.Acted(At, new ActOutcome.Acted([])));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Contains("is written slowly", Assert.Single(_warnings), StringComparison.Ordinal);

        // It was slow, not broken: what had to wait is written in the end.
        disk.GoOn();
        await Task.Run(journal.Dispose, TestContext.Current.CancellationToken);
        Assert.Equal(102, disk.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Single(_warnings);
    }

    [Fact]
    public void A_disk_that_never_comes_back_is_given_up()
    {
        using var disk = new HangingDisk();
        using var journal = NewJournal(keep: 0, At, disk);
        var watch = Stopwatch.StartNew();
        journal.Write(Begun);
        for (var i = 0; i < 2000; i++) journal.Write(new JournalEntry.Decided(At, new Decision.Done("x")));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("does not keep up", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_full_in_mid_way_is_told_of_once_and_what_was_written_can_be_read()
    {
        var full = new FullDisk(Path.Combine(_folder, "journal"), bytes: 2000);
        using (var journal = NewJournal(keep: 0, At, full))
        {
            journal.Write(Begun);
            for (var i = 0; i < 100; i++)
            {
                journal.Write(new JournalEntry.Decided(At, new Decision.Done("all is well")));
                journal.Flush();
            }
        }

        Assert.Contains("No space left", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.NotEmpty(JournalReader.Read(Path.Combine(_folder, "journal")));
    }

    [Theory]
    [InlineData(null, null, 500)]
    [InlineData(7, null, 7)]
    [InlineData(0, "9", 0)]
    [InlineData(null, "9", 9)]
    public void How_many_are_kept_is_said_by_the_session_or_the_environment(int? given, string? variable, int keep)
    {
        var before = Environment.GetEnvironmentVariable(JournalFolder.KeepVariable);
        Environment.SetEnvironmentVariable(JournalFolder.KeepVariable, variable);
        try
        {
            Assert.Equal(keep, JournalFolder.FindKeep(given));
            Environment.SetEnvironmentVariable(JournalFolder.KeepVariable, "many");
            if (given is null) Assert.Equal("InvalidJournalKeep", Assert.Throws<BlueGreenException>(() => JournalFolder.FindKeep(null)).ErrorId);
        }
        finally
        {
            Environment.SetEnvironmentVariable(JournalFolder.KeepVariable, before);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static JournalEntry Begun { get; } = new JournalEntry.Run(At, new Roles("shop", "/shop-blue", "/shop-green"), new Goal(2), new RolloutPolicy());

    private IEnumerable<string> Files() => Directory.GetFiles(_folder, "*.jsonl").Order(StringComparer.Ordinal);

    private string OldJournal(DateTimeOffset at)
    {
        using var journal = NewJournal(keep: 0, at);
        journal.Write(Begun);
        journal.Flush();
        var file = journal.FilePath!;
        journal.Dispose();
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        return file;
    }

    private string WriteOne(int keep)
    {
        using var journal = NewJournal(keep, At);
        journal.Write(Begun);
        journal.Flush();
        return journal.FilePath!;
    }

    private string Aged(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        return file;
    }

    private Journal NewJournal(int keep, DateTimeOffset at, Stream? disk = null) =>
        new(_folder, keep, "shop", "tests", at, _warnings.Add, disk is null ? null : _ => disk);

    /// <summary>Takes nothing until it is told to.</summary>
    private sealed class HangingDisk : MemoryStream
    {
        private readonly ManualResetEventSlim _goesOn = new();

        public string Text => System.Text.Encoding.UTF8.GetString(ToArray());

        public void GoOn() => _goesOn.Set();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _goesOn.Wait();
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _goesOn.Wait();
            base.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            _goesOn.Set();
            base.Dispose(disposing);
        }
    }

    /// <summary>Takes so many bytes.</summary>
    private sealed class FullDisk(string path, int bytes) : FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read)
    {
        private int _left = bytes;

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (count > _left) throw new IOException("No space left on device");
            _left -= count;
            base.Write(buffer, offset, count);
        }
    }
}
