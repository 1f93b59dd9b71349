using System.Globalization;
using System.Threading.Channels;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Backup;
using MeterPipeline.Tests.Web;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace MeterPipeline.Tests.Ledger;

/// <summary>A ledger with everything in it agrees with itself; each kind of damage to it is named with its place.</summary>
public sealed class VerificationTests : IDisposable
{
    private const string Village = "140802100201";
    private static readonly LocalDay _first = LocalDay.On(2025, 11, 1);
    private static readonly LocalDay _hit = LocalDay.On(2025, 11, 20);

    private readonly SqliteFolder folder = new();
    private ILedger ledger;

    public VerificationTests()
    {
        ledger = folder.Open();
        Register();
        Append(Readings());
        Fold();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_undamaged_ledger_agrees_with_itself()
    {
        var result = Verify();
        Assert.Empty(result.Differences);
        Assert.Equal((4, 0), (result.Meters, result.Unfolded));
        Assert.True(result.VillageDays > 20, $"{result.VillageDays} village days");
        // What is not folded yet is pending, no difference.
        Append([new Reading(1, Domain.Readings.Register.Total, LocalDay.On(2026, 1, 1).StartMs, 99_999_0000, 0)]);
        Assert.Empty(Verify().Differences);
    }

    [Theory]
    [InlineData("meter_day", "day = {0} AND meter_no = 2", "Meter E2 Total: the meter day 2025-11-20")]
    [InlineData("meter_year", "autumn = 2025 AND meter_no = 2 AND register = 0", "Meter E2 Total: the folded year 2025-2026")]
    public void One_changed_byte_anywhere_in_a_row_is_named(string table, string where, string named)
    {
        var row = string.Format(CultureInfo.InvariantCulture, where, _hit.Number);
        for (var i = 0; i < 4; i++)
        {
            // The i-th of four bytes spread over the blob, with its lowest bit turned; the second time it is turned back.
            var at = $"(1 + {i} * length(blob) / 4)";
            Damage($"""
                UPDATE {table} SET blob = CAST(substr(blob, 1, {at} - 1) || turned(substr(blob, {at}, 1)) || substr(blob, {at} + 1) AS BLOB) WHERE {row}
                """);
            Assert.Contains(Verify().Differences, d => d.StartsWith(named, StringComparison.Ordinal));
            Damage($"""
                UPDATE {table} SET blob = CAST(substr(blob, 1, {at} - 1) || turned(substr(blob, {at}, 1)) || substr(blob, {at} + 1) AS BLOB) WHERE {row}
                """);
        }
        Assert.Empty(Verify().Differences);
    }

    [Fact]
    public void Another_reading_in_a_meter_day_is_named()
    {
        Rewrite(entries => entries[0] = entries[0] with { Value = entries[0].Value + 1 });
        Assert.Contains("Meter E2 Total, 2025-11-19: stored", Verify().Differences[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reading_under_the_wrong_day_is_named()
    {
        Rewrite(entries => entries[^1] = entries[^1] with { TimeMs = _hit.EndMs });
        Assert.Equal("Meter E2 Total, 2025-11-20: the stored meter day holds a reading of 2025-11-21.", Verify().Differences[0]);
    }

    [Fact]
    public void A_wrongly_folded_year_is_named_by_its_first_wrong_day()
    {
        using (var view = ledger.OpenView())
        {
            var year = view.MeterYears(2).Single(y => y is { Register: Domain.Readings.Register.Total, Autumn: 2025 });
            var (days, head) = (YearBook.ClosedDays(year.Blob).ToArray(), year.Blob.AsSpan().IndexOf(YearBook.ClosedDays(year.Blob)));
            var blob = year.Blob.ToArray();
            blob[head + days.Length / 2] ^= 1;
            Flush(flush => flush.MeterYears = [year with { Blob = blob }]);
        }
        Assert.Matches(@"^Meter E2 Total, 2025-\d\d-\d\d: stored .*, folded again ", Verify().Differences[0]);
    }

    [Fact]
    public void A_counter_that_does_not_add_up_is_named()
    {
        Damage("UPDATE counter SET accepted = accepted + 1 WHERE company = 'grid'");
        Assert.StartsWith("Company grid, received on 2025-12-10: ", Assert.Single(Verify().Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accrued_e8 = accrued_e8 + 1")]
    [InlineData("consumption = consumption - 1")]
    [InlineData("households = 1")]
    [InlineData("reporting = 0")]
    public void A_wrong_village_day_is_named(string change)
    {
        Damage($"UPDATE village_day SET {change} WHERE day = {_hit.Number}");
        var found = Assert.Single(Verify().Differences);
        Assert.StartsWith($"Village {Village} Electricity, 2025-11-20: stored ", found, StringComparison.Ordinal);
        Assert.Contains(", drawn again ", found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_village_day_is_named_but_not_while_villages_wait()
    {
        Damage($"DELETE FROM village_day WHERE day = {_hit.Number}");
        Assert.Contains("2025-11-20: not stored, drawn again", Assert.Single(Verify().Differences), StringComparison.Ordinal);
        Flush(_ => { });
        var result = Verify();
        Assert.Empty(result.Differences);
        Assert.Null(result.VillageDays);
    }

    [Fact]
    public void A_journal_row_whose_counts_lie_is_named()
    {
        Append([new Reading(1, Domain.Readings.Register.Total, LocalDay.On(2026, 1, 1).StartMs, 1, 0)], counted: 2);
        Assert.Equal("Journal row 2: 2 readings are counted, 1 are there.", Assert.Single(Verify().Differences));
    }

    [Fact]
    public void Damaged_and_wrong_folded_years_and_village_days_are_made_again()
    {
        Damage($"UPDATE meter_year SET blob = turned(substr(blob, 1, 1)) WHERE meter_no = 2");
        Damage("UPDATE meter_year SET blob = (SELECT blob FROM meter_year WHERE meter_no = 1), crc = NULL WHERE meter_no = 3");
        Damage($"UPDATE village_day SET consumption = 1 WHERE day = {_hit.Number}");
        Damage($"DELETE FROM village_day WHERE day = {_hit.Number + 1}");
        Assert.NotEmpty(Verify().Differences);
        using (ledger.AcquireFold())
        {
            Assert.Equal(4, FoldRebuild.Books(ledger, 0, _ => { }));
            Assert.Null(Verify().VillageDays);
            Assert.True(FoldRebuild.Villages(ledger, 0, WebSite.Policies, TimeProvider.System, _ => { }) > 20);
        }
        var result = Verify();
        Assert.Empty(result.Differences);
        Assert.True(result.VillageDays > 20, $"{result.VillageDays} village days");
    }

    [Fact]
    public void A_ledger_says_how_far_it_goes()
    {
        var contents = LedgerContents.Of(ledger);
        Assert.Equal((1, 1, _first.StartMs + 159 * 6 * 3_600_000L), (contents.Head, contents.Folded, contents.NewestReadingMs));
        var later = LocalDay.On(2026, 1, 1).StartMs;
        Append([new Reading(1, Domain.Readings.Register.Total, later, 99_999_0000, 0)]);
        contents = LedgerContents.Of(ledger);
        Assert.Equal((2, 1, later), (contents.Head, contents.Folded, contents.NewestReadingMs));
    }

    private VerificationResult Verify() => Verification.Run(ledger, WebSite.Policies, _ => { });

    private void Register()
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "grid", Energy.Electricity));
        foreach (var id in new[] { "H1", "H2", "H3" })
            change.Households.Add(new Household(id, "张三", Village, HeatingRoute.CoalToElectricity, Conversion.Programme, _first, Hardship.None, "", []));
        change.Installations.Add(new Installation("E1", "H1", "grid", Energy.Electricity, 4, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        // A ratio, an opening in another heating year, and an exchange for E4.
        var exchange = _hit.StartMs + 10 * 3_600_000;
        change.Installations.Add(new Installation("E2", "H2", "grid", Energy.Electricity, 6, 2, null, 1.5m, _first.StartMs - 200 * LocalDay.LengthMs, 490_0000, null, null, Serves.Heating, 0));
        change.Installations.Add(new Installation("E3", "H3", "grid", Energy.Electricity, 6, 2, null, 1, null, null, exchange, 300_0000, Serves.Heating, 0));
        change.Installations.Add(new Installation("E4", "H3", "grid", Energy.Electricity, 6, 2, null, 1, exchange, 0, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "test", _first.StartMs);
    }

    /// <summary>E1 passes its modulus and is read irregularly, E2 every six hours with a late and a doubled reading, E3 is reset, then exchanged for E4.</summary>
    private static List<Reading> Readings()
    {
        var readings = new List<Reading>();
        void Read(int meter, long hours, long value, int revision = 0) =>
            readings.Add(new Reading(meter, Domain.Readings.Register.Total, _first.StartMs + hours * 3_600_000, value % 1_0000_0000, revision));
        for (var i = 0; i < 20; i++) Read(1, i * 41 + 7, 9_900_0000 + i * 20_1234);
        for (var i = 1; i < 160; i++) Read(2, i * 6, 500_0000 + i * 3_3333);
        Read(2, 99, 530_0000);
        Read(2, 60, 533_3333, 1);
        Read(2, 60, 533_3000, 1);
        for (var i = 0; i < 18; i++) Read(3, i * 24, i < 9 ? 100_0000 + i * 10_0001 : (i - 8) * 10_0001);
        for (var i = 20; i < 38; i++) Read(4, i * 24, (i - 19) * 9_0000);
        return readings;
    }

    private void Append(List<Reading> readings, int? counted = null)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(LocalDay.On(2025, 12, 10).StartMs, [new CompanyCount("grid", counted ?? readings.Count, 0)], readings.Count);
        writer.Add(readings.ToArray());
        ledger.Append(writer.Finish(), []);
    }

    private void Fold()
    {
        var none = Channel.CreateBounded<Recorded>(1);
        none.Writer.Complete();
        var accruer = new Accruer(ledger, new RegistryWatch(ledger, TimeProvider.System), none.Reader,
            new VillageBoard(WebSite.Policies, TimeProvider.System), TimeProvider.System, NullLogger<Accruer>.Instance);
        accruer.Start();
        accruer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Assert.Null(accruer.Failure);
    }

    /// <summary>Stores what the fold would never have written, with a checksum that fits.</summary>
    private void Flush(Action<FoldFlush> write)
    {
        using var fold = ledger.AcquireFold();
        var flush = new FoldFlush { FoldedSeq = ledger.JournalHead() };
        write(flush);
        ledger.Flush(flush);
    }

    private void Rewrite(Action<List<DayEntry>> change)
    {
        using var view = ledger.OpenView();
        var row = Assert.Single(view.MeterDays(2, Domain.Readings.Register.Total, _hit.Number, _hit.Number));
        var entries = new List<DayEntry>();
        MeterDay.Decode(_hit, row.Blob, entries);
        change(entries);
        Flush(flush => flush.MeterDays = [row with { Blob = MeterDay.Encode(_hit, [.. entries]) }]);
    }

    /// <summary>Runs SQL on ledger.db behind the ledger's back; <c>turned</c> turns the lowest bit of a byte.</summary>
    private void Damage(string sql)
    {
        folder.Close();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(System.IO.Path.Combine(folder.Path, "ledger.db"), out var database));
        using (database)
        {
            raw.sqlite3_create_function(database, "turned", 1, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null, (context, _, arguments) =>
            {
                var bytes = raw.sqlite3_value_blob(arguments[0]).ToArray();
                bytes[0] ^= 1;
                raw.sqlite3_result_blob(context, bytes);
            });
            var code = raw.sqlite3_exec(database, sql);
            Assert.True(code == raw.SQLITE_OK, raw.sqlite3_errmsg(database).utf8_to_string());
            Assert.True(raw.sqlite3_changes(database) > 0, sql);
        }
        ledger = folder.Open();
    }
}
