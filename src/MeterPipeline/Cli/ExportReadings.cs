using System.CommandLine;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary><c>export readings</c>: every stored reading, in the columns that <c>import readings</c> takes.</summary>
internal static class ExportReadings
{
    private static readonly Option<string> Out = new("--out") { Description = "File to write; - for standard output.", Required = true, HelpName = "FILE" };

    public static Command Create()
    {
        var readings = new Command("readings", "Write every stored reading: meter_id, ts, value, register, rev. Importing the file elsewhere gives the same amounts.") { Out };
        readings.SetAction(Run);
        return readings;
    }

    private static int Run(ParseResult parsed)
    {
        using var ledger = Opened.Ledger(parsed);
        var file = parsed.GetValue(Out)!;
        ExportSettlement.Record(ledger, "readings");
        using var view = ledger.OpenView();
        using var progress = new Progress("Export", "readings");
        var written = Output.Write(file, (into, _) =>
        {
            using var writer = new StreamWriter(into, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
            return Write(writer, view, progress.Report);
        });
        if (file != Output.Console) Console.Error.WriteLine($"{written:N0} readings written to {file}");
        return ExitCode.Done;
    }

    /// <summary>By meter, register and day as they are stored; then, in the same order, days of which the journal's tail alone knows.</summary>
    private static int Write(TextWriter writer, ILedgerView view, Action<long> progress)
    {
        var (registry, tail, written) = (view.Registry(), Tail(view), 0);
        var entries = new List<DayEntry>();
        writer.Write("meter_id,ts,value,register,rev\n");
        foreach (var row in view.AllMeterDays())
        {
            entries.Clear();
            MeterDay.Decode(new LocalDay(row.Day), row.Blob, entries);
            IEnumerable<DayEntry> all = tail.Remove((row.MeterNo, row.Register, row.Day), out var newer) ? entries.Union(newer).Order() : entries;
            Lines(row.MeterNo, row.Register, all);
        }
        foreach (var ((meterNo, register, _), day) in tail) Lines(meterNo, register, day);
        return written;

        void Lines(int meterNo, Register register, IEnumerable<DayEntry> day)
        {
            var meter = registry.MeterByNo(meterNo)!.Id;
            foreach (var entry in day)
            {
                writer.Write($"{meter},{LocalTime.Format(entry.TimeMs)},{Quantity.Format(entry.Value)},{register},{entry.Revision}\n");
                written++;
            }
            progress(written);
        }
    }

    /// <summary>What is acknowledged and not flushed as folded yet.</summary>
    private static SortedDictionary<(int MeterNo, Register Register, int Day), SortedSet<DayEntry>> Tail(ILedgerView view)
    {
        var tail = new SortedDictionary<(int MeterNo, Register Register, int Day), SortedSet<DayEntry>>();
        var (readings, counts) = (new List<Reading>(), new List<CompanyCount>());
        foreach (var row in view.JournalTail())
        {
            JournalBlob.Read(row.Blob, readings, counts);
            foreach (var reading in readings)
            {
                var key = (reading.MeterNo, reading.Register, LocalDay.Of(reading.TimeMs).Number);
                if (!tail.TryGetValue(key, out var day)) tail[key] = day = [];
                day.Add(new DayEntry(reading.TimeMs, reading.Revision, reading.Value));
            }
        }
        return tail;
    }
}
