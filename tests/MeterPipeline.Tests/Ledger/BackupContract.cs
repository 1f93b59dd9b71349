using System.Globalization;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Backup;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Ledger;

/// <summary>What a backup of any ledger promises: one moment, all of it, and nothing less is ever taken for it.</summary>
public abstract class BackupContract
{
    private const long Now = 1_763_222_400_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-backup-");

    protected string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Opens this test's ledger, as one more process would. The first call makes it. The subclass disposes all.</summary>
    protected abstract ILedger Open();

    protected abstract BackupManifest Take(string to);

    /// <summary>Restores to a place of that name, which nothing else uses.</summary>
    protected abstract void Restore(string backup, string place);

    protected abstract ILedger OpenRestored(string place);

    /// <summary>Whether anything is at a place of that name.</summary>
    protected abstract bool IsThere(string place);

    /// <summary>To be called at the end.</summary>
    protected void DeleteBackups() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_backup_taken_while_others_append_fold_and_prune_is_of_one_moment()
    {
        var ledger = Open();
        using var fold = ledger.AcquireFold();
        using var enough = new CancellationTokenSource();
        var acknowledged = 0L;
        var writing = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested) Interlocked.Exchange(ref acknowledged, ledger.Append(Blob(acknowledged + 1), []));
        });
        var folding = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                var seq = ledger.JournalHead();
                ledger.SetCursor("influx", seq);
                ledger.Flush(Folded(seq));
                ledger.PruneJournal(seq);
            }
        });
        var before = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            var reached = Interlocked.Read(ref acknowledged) + 20;
            while (Interlocked.Read(ref acknowledged) < reached && !writing.IsCompleted && !folding.IsCompleted) await Task.Delay(5);
            before.Add(Interlocked.Read(ref acknowledged));
            Take(At($"{i}"));
        }
        await enough.CancelAsync();
        await Task.WhenAll(writing, folding);
        for (var i = 0; i < before.Count; i++)
        {
            Restore(At($"{i}"), $"copy_{i}");
            using var restored = OpenRestored($"copy_{i}");
            AssertOneMoment(restored, before[i]);
        }
    }

    [Fact]
    public void All_that_a_ledger_holds_comes_back_but_for_who_is_signed_in()
    {
        var ledger = Open();
        Fill(ledger);
        var manifest = Take(At("all"));
        Assert.Equal((2, 2), (manifest.Positions[BackupManifest.Head], manifest.Rows["quarantine"]));
        Assert.Equal(manifest.ToString(), BackupManifest.Read(At("all")).ToString());
        Restore(At("all"), "all_again");
        using var restored = OpenRestored("all_again");
        Assert.Equal(Told(ledger), Told(restored));
        Assert.Null(restored.Access.Find("session"));
        Assert.NotNull(ledger.Access.Find("session"));

        // Numbers go on where they stood.
        Assert.Equal(3, restored.Append([3], [Message("c")]));
        Assert.Equal(2, restored.AddHoldEntry(Entry("H2")));
        using var view = restored.OpenView();
        Assert.Equal([3, 2, 1], view.Quarantine(long.MaxValue, 9).Select(row => row.Id));
        Assert.Equal(3, view.QuarantineSize().Open);
    }

    [Fact]
    public void A_damaged_file_is_refused_by_its_name_and_leaves_nothing()
    {
        Fill(Open());
        foreach (var file in Take(At("sound")).Files.Select(file => file.Name).Append(BackupManifest.FileName))
        {
            foreach (var damage in (Action<string>[])[Turn, Shorten, File.Delete])
            {
                var copy = Directory.CreateDirectory(At("damaged")).FullName;
                foreach (var sound in Directory.GetFiles(At("sound"))) File.Copy(sound, Path.Combine(copy, Path.GetFileName(sound)));
                damage(Path.Combine(copy, file));
                var refused = Assert.ThrowsAny<LedgerException>(() => Restore(copy, "never"));
                Assert.Contains(file, refused.Message, StringComparison.Ordinal);
                Assert.False(IsThere("never"));
                Directory.Delete(copy, recursive: true);
            }
        }
        Restore(At("sound"), "never");
    }

    [Fact]
    public void Nothing_that_is_there_is_overwritten()
    {
        Fill(Open());
        Take(At("one"));
        Assert.Contains("not empty", Assert.Throws<LedgerException>(() => Take(At("one"))).Message, StringComparison.Ordinal);
        Restore(At("one"), "taken");
        Assert.Throws<LedgerException>(() => Restore(At("one"), "taken"));
        Directory.CreateDirectory(At("two"));
        Take(At("two"));
        if (!OperatingSystem.IsWindows())
            foreach (var file in Directory.GetFiles(At("two"))) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void What_was_interrupted_is_no_backup()
    {
        Fill(Open());
        Take(At("shelf/a"));
        Directory.Move(At("shelf/a"), At("shelf/a.unfinished"));
        Assert.Contains("holds none", Assert.Throws<LedgerException>(() => BackupChoice.Of(At("shelf"), null)).Message, StringComparison.Ordinal);
        Assert.Contains("not finished", Assert.Throws<LedgerException>(() => Take(At("shelf/a"))).Message, StringComparison.Ordinal);
        File.Delete(At("shelf/a.unfinished/" + BackupManifest.FileName));
        Assert.Contains("is no backup", Assert.Throws<LedgerException>(() => Restore(At("shelf/a.unfinished"), "never")).Message, StringComparison.Ordinal);
        Assert.False(IsThere("never"));
    }

    [Fact]
    public void The_newest_backup_before_a_point_is_chosen()
    {
        var ledger = Open();
        var times = new List<DateTimeOffset>();
        foreach (var name in (string[])["x", "y", "z"])
        {
            ledger.Append([1], []);
            times.Add(Take(At($"points/{name}")).TakenAt);
        }
        string Chosen(string? until) => Path.GetFileName(BackupChoice.Of(At("points"), until));
        Assert.Equal("z", Chosen(null));
        Assert.Equal("y", Chosen("2"));
        Assert.Equal("z", Chosen("7"));
        Assert.Equal("x", Chosen(times[0].ToString("yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture)));
        Assert.Equal("x", Path.GetFileName(BackupChoice.Of(At("points/x"), null)));
        Assert.Contains("journal row 1\n", Assert.Throws<LedgerException>(() => BackupChoice.Of(At("points"), "2020-01-01")).Message, StringComparison.Ordinal);
        Assert.Contains("with its zone", Assert.Throws<LedgerException>(() => BackupChoice.Of(At("points"), "2020-01-01T00:00:00")).Message, StringComparison.Ordinal);
    }

    private static void AssertOneMoment(ILedger restored, long acknowledged)
    {
        var head = restored.JournalHead();
        Assert.True(head >= acknowledged, $"{acknowledged} rows were acknowledged before the backup began, {head} are in it");
        Assert.True(restored.Cursor("influx") <= head);
        using var view = restored.OpenView();
        Assert.InRange(view.FoldedSeq, 0, head);
        if (view.FoldedSeq > 0) Assert.Equal(Blob(view.FoldedSeq), Assert.Single(view.MeterDays(1, Register.Total, 100, 100)).Blob);
        Assert.Equal(Rows(view.FoldedSeq + 1, head), view.JournalTail().Select(row => (row.Seq, BitConverter.ToInt64(row.Blob))));
        Assert.Equal(head + 1, restored.Append(Blob(head + 1), []));
    }

    private static IEnumerable<(long, long)> Rows(long first, long last)
    {
        for (var seq = first; seq <= last; seq++) yield return (seq, seq);
    }

    private static byte[] Blob(long seq) => BitConverter.GetBytes(seq);

    private static FoldFlush Folded(long seq) => new() { FoldedSeq = seq, MeterDays = [new MeterDayRow(1, Register.Total, 100, Blob(seq))] };

    private static void Fill(ILedger ledger)
    {
        var change = new RegistryChange();
        change.Divisions.Add(new Division("140802100201", "村", null));
        change.Companies.Add(new Company("grid", "电网", Energy.Electricity));
        change.Households.Add(new Household("H1", "张三", "140802100201", HeatingRoute.CoalToElectricity, Conversion.Programme, null, Hardship.None, "", []));
        change.Installations.Add(new Installation("E1", "H1", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "li", Now);
        ledger.PutUser(new User("li", Role.Finance, null, ["1408"], "hash", false, true, Now, Now), "li", Now);
        ledger.Access.Begin(new Session("session", "li", Now, Now), 0);
        ledger.Access.Record(new AccessEntry(0, Now, "li", "", AccessAct.Export, "all", "audit"));
        ledger.AddHoldEntry(Entry("H1"));
        using var fold = ledger.AcquireFold();
        ledger.Append([1], [Message("a"), Message("b")]);
        ledger.Append([2], []);
        ledger.Flush(Folded(1));
        ledger.PruneJournal(1);
    }

    /// <summary>What anybody could ask of it.</summary>
    private static List<string> Told(ILedger ledger)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        return
        [
            $"{ledger.JournalHead()} {view.FoldedSeq} {registry.Version} {ledger.UsersVersion()} {ledger.Access.Version()} {view.QuarantineSize()}",
            .. view.JournalTail().Select(row => $"{row.Seq} {Convert.ToHexString(row.Blob)}"),
            .. view.AllMeterDays().Select(row => $"{row.MeterNo} {row.Day} {Convert.ToHexString(row.Blob)}"),
            .. registry.Households.Values.Select(household => $"{household.Id} {household.Name} {household.Division}"),
            .. registry.Meters.Values.Select(meter => $"{meter.No} {meter.Id} {meter.Current.HouseholdId}"),
            .. ledger.Users().Select(user => $"{user.Name} {user.Hash}"),
            .. view.HoldEntries(2025).Select(entry => entry.ToString()),
            .. view.Quarantine(long.MaxValue, 9).Select(row => $"{row.Id} {row.Message.Reason}"),
            .. view.Audit("household", "H1").Select(row => row.ToString()),
            .. ledger.Access.Log(long.MaxValue, 9).Select(entry => entry.ToString()),
        ];
    }

    private static void Turn(string file)
    {
        var bytes = File.ReadAllBytes(file);
        // Of the manifest its first byte, which makes it no manifest: its middle may be a word that nobody compares.
        bytes[file.EndsWith(BackupManifest.FileName, StringComparison.Ordinal) ? 0 : bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Shorten(string file) => File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);

    private static HoldEntry Entry(string household) => new(0, household, 2025, "site-inspection", HoldAct.Place, "", "note", "li", Now);

    private static QuarantinedMessage Message(string reason) => new(1, "127.0.0.1:5000", "grid", reason, "detail", "metering/v1/grid/batch", [0, 255]);
}
