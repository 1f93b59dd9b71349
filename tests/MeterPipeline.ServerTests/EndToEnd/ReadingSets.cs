using System.Globalization;
using MeterFleet;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Readings as lines of <c>meter register time revision value</c>: what was published, told by the payloads, and what is stored.</summary>
internal static class ReadingSets
{
    /// <summary>What of it must be stored: items in a unit that no meter of the fleet counts go to quarantine.</summary>
    public static HashSet<string> Published(IEnumerable<FleetMessage> messages) =>
        [.. messages.SelectMany(SentReading.Of).Select(r => Line(r.Meter, r.Register, r.TimeMs, r.Revision, r.Value))];

    /// <summary>Every stored reading; that none is stored twice is asserted.</summary>
    public static HashSet<string> Stored(PipelineProcess pipeline)
    {
        using var ledger = SqliteLedger.Open(pipeline.Data);
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var (lines, count) = (new HashSet<string>(StringComparer.Ordinal), 0);
        var entries = new List<DayEntry>();
        foreach (var row in view.AllMeterDays())
        {
            entries.Clear();
            MeterDay.Decode(new LocalDay(row.Day), row.Blob, entries);
            count += entries.Count;
            foreach (var entry in entries)
                lines.Add(Line(registry.MeterByNo(row.MeterNo)!.Id, row.Register.ToString(), entry.TimeMs, entry.Revision, entry.Value));
        }
        Assert.Equal(count, lines.Count);
        return lines;
    }

    private static string Line(string meter, string register, long timeMs, int revision, long value) =>
        string.Create(CultureInfo.InvariantCulture, $"{meter} {register} {timeMs} {revision} {value}");
}
