using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Reports;

/// <param name="Kind"><c>weekly</c>, <c>monthly</c> or <c>season</c>, as addresses write it.</param>
/// <param name="Period"><c>2026-W03</c>, <c>2026-01</c> or <c>2025-2026</c>; null: the newest complete one of the season, else the one under way.</param>
/// <param name="Season">Where no period is named; null: the newest with data.</param>
/// <param name="Division">Division code or its beginning; empty: everything.</param>
public sealed record ReportAsked(string Kind, string? Period, string? Season, string Division);

/// <summary>A report of the pages without the pages, for the command line.</summary>
public sealed class ReportFile
{
    private readonly Report report;

    private ReportFile(Report report) => this.report = report;

    /// <summary>How a report can be written; <c>csv</c> is a ZIP archive of the workbook's sheets.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["xlsx", "csv", "text"];

    public static IReadOnlyList<string> Kinds { get; } = [.. ReportPeriod.Kinds.Select(ReportPeriod.Word)];

    /// <summary>Of a file, without its ending.</summary>
    public string Name => $"report-{report.Period.KindName}-{report.Period.Name}-{(report.Prefix.Length == 0 ? "all" : report.Prefix)}";

    /// <summary>Draws it from what is flushed, as the page does; households are stated in the caller's thread.</summary>
    /// <param name="progress">Told households stated and of how many, between portions.</param>
    /// <exception cref="ArgumentException">There is no such period or division; the message says which there are.</exception>
    public static ReportFile Draw(ILedger ledger, PolicyBook policies, BoardSettings boards, ReportAsked asked, TimeProvider time, Action<int, int> progress)
    {
        if (!ReportPeriod.TryReadKind(asked.Kind, out var kind)) throw new ArgumentException($"A report is one of {string.Join(", ", Kinds)}.");
        if (!DivisionCode.TryReadPrefix(asked.Division, out var prefix)) throw new ArgumentException($"'{asked.Division}' is not a division code or the beginning of one.");
        var seasons = new SeasonBoards(ledger, policies, time);
        var place = new Place(Autumn(seasons, kind, asked), prefix, PlaceProblem.None);
        if (seasons.Sheet(place.Autumn).Board(prefix) is null) throw new ArgumentException($"The registry has no household in division {asked.Division}.");
        var quality = new QualityBoards(ledger, new JournalTail(ledger, readingsMax: 0), time); // asked once: nothing is kept
        var desk = new ReportDesk(ledger, seasons, autumn => Stated(ledger, policies, boards, autumn, time, progress), boards.Budgets, quality, time);
        var known = desk.List(place).Where(listed => listed.Period.Kind == kind && listed.State != PeriodState.ToCome).ToList();
        var name = asked.Period ?? (known.Find(listed => listed.Newest) ?? known.FirstOrDefault())?.Period.Name;
        return name is not null && desk.Of(place, kind, name) is { } report ? new ReportFile(report) : throw new ArgumentException(known.Count == 0
            ? $"No {asked.Kind} period of {HeatingSeason.NameOf(place.Autumn)} has begun."
            : $"'{asked.Period}' is no {asked.Kind} period of {HeatingSeason.NameOf(place.Autumn)}. Those that have begun: {string.Join(", ", known.Select(listed => listed.Period.Name))}.");
    }

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="folder">For temporary files.</param>
    public void Write(string format, Stream into, string folder)
    {
        if (format == "xlsx") ReportWorkbook.Write(report, into, folder);
        else if (format == "csv") ReportWorkbook.WriteCsv(report, into, folder);
        else ReportText.Write(report, into);
    }

    private static int Autumn(SeasonBoards seasons, ReportKind kind, ReportAsked asked)
    {
        if (asked.Period is { } period)
        {
            if (ReportPeriod.TryReadAutumn(kind, period, out var autumn) && seasons.Autumns().Contains(autumn)) return autumn;
            throw new ArgumentException($"'{period}' is no period of a {asked.Kind} report: a week is written 2026-W03, a month 2026-01, a season 2025-2026.");
        }
        return seasons.TryReadSeason(asked.Season, out var wanted) ? wanted
            : throw new ArgumentException($"There is no season '{asked.Season}'. Known: {string.Join(", ", seasons.Autumns().Select(HeatingSeason.NameOf))}.");
    }

    private static UseBoard Stated(ILedger ledger, PolicyBook policies, BoardSettings boards, int autumn, TimeProvider time, Action<int, int> progress)
    {
        var pass = new UsePass(ledger, policies, boards.Usage, autumn);
        return pass.Draw(LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds()), time, _ => progress(pass.Progress.Done, pass.Progress.Of), CancellationToken.None);
    }
}
