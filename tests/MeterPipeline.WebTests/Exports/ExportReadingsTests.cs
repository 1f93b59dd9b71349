using MeterPipeline.Cli;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.Tests.Exports;

/// <summary><c>export readings</c> over a ledger of which a part is folded and a part is in the journal's tail.</summary>
public sealed class ExportReadingsTests : IDisposable
{
    private static readonly LocalDay Day = LocalDay.On(2025, 12, 1);

    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_reading_is_listed_once_folded_or_not()
    {
        var ledger = folder.Open();
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "grid", Energy.Electricity));
        change.Households.Add(new Household("H1", "张三", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, Day, Hardship.None, "", []));
        change.Installations.Add(new Installation("E1", "H1", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "test", Day.StartMs);
        Append(ledger, new Reading(1, Register.Total, Day.StartMs, 1_000_000, 0));
        var flush = new FoldFlush { FoldedSeq = 1, MeterDays = [new MeterDayRow(1, Register.Total, Day.Number, MeterDay.Encode(Day, [new DayEntry(Day.StartMs, 0, 1_000_000)]))] };
        using (ledger.AcquireFold()) ledger.Flush(flush);
        // Of the folded day: the same again, a contradiction, a correction; and a day that is not folded at all.
        Append(ledger, new Reading(1, Register.Total, Day.StartMs, 1_000_000, 0), new Reading(1, Register.Total, Day.StartMs, 1_000_001, 0),
            new Reading(1, Register.Total, Day.StartMs, 999_999, 1), new Reading(1, Register.T1, Day.Next.StartMs, 5, 0));
        folder.Close();

        var file = folder.Path + ".csv";
        Assert.Equal(ExitCode.Done, await CommandLine.RunAsync(["export", "readings", "--out", file, "--data", folder.Path]));
        Assert.Equal(
        [
            "meter_id,ts,value,register,rev",
            "E1,2025-12-01T00:00:00+08:00,100.0000,Total,0",
            "E1,2025-12-01T00:00:00+08:00,100.0001,Total,0",
            "E1,2025-12-01T00:00:00+08:00,99.9999,Total,1",
            "E1,2025-12-02T00:00:00+08:00,0.0005,T1,0",
        ], File.ReadAllLines(file));
    }

    private static void Append(ILedger ledger, params Reading[] readings)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(Day.StartMs, [new CompanyCount("grid", readings.Length, 0)], readings.Length);
        writer.Add(readings);
        ledger.Append(writer.Finish(), []);
    }
}
