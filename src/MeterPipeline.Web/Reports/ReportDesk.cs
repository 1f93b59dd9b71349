using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Reports;

/// <summary>A period in the list of a season.</summary>
/// <param name="Newest">The newest complete one of its kind: the report that is due or was given last.</param>
internal sealed record ListedPeriod(ReportPeriod Period, PeriodState State, DivisionSum Sum, bool Newest);

/// <summary>Draws reports from flushed village days and the household board: cheap enough to draw each when it is asked for. Any thread.</summary>
/// <param name="uses">The household board of a season; null: the first is still being drawn.</param>
internal sealed class ReportDesk(ILedger ledger, SeasonBoards seasons, Func<int, UseBoard?> uses, Budgets budgets, QualityBoards quality, TimeProvider time)
{
    // By autumn; one of those that the picker offers.
    private readonly ConcurrentDictionary<int, Held<IReadOnlyList<CompanyDay>>> received = new();

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public LocalDay Today => LocalDay.Of(NowMs);

    /// <summary>The season's periods, also those to come, newest first within weeks, months, season.</summary>
    public IReadOnlyList<ListedPeriod> List(Place place)
    {
        var (sheet, season, listed) = (seasons.Sheet(place.Autumn), Dates(place), new List<ListedPeriod>());
        foreach (var kind in ReportPeriod.Kinds)
        {
            var periods = ReportPeriod.Of(kind, season);
            var newest = periods.LastOrDefault(period => period.State(sheet.Newest, Today) == PeriodState.Complete);
            listed.AddRange(periods.Reverse().Select(period =>
                new ListedPeriod(period, period.State(sheet.Newest, Today), sheet.Sum(place.Prefix, period.First, period.Last), period == newest)));
        }
        return listed;
    }

    /// <summary>Null: the season has no such period, or the registry no such division.</summary>
    public Report? Of(Place place, ReportKind kind, string name)
    {
        var (sheet, season) = (seasons.Sheet(place.Autumn), Dates(place));
        var periods = ReportPeriod.Of(kind, season);
        var index = periods.ToList().FindIndex(period => period.Name == name);
        if (index < 0 || sheet.Board(place.Prefix) is not { } board) return null;
        var period = periods[index];
        (ReportPeriod? Period, SeasonSheet? Sheet) before = kind == ReportKind.Season ? SeasonBefore(place) : index > 0 ? (periods[index - 1], sheet) : default;
        var (known, knownBefore) = (period.KnownDays(sheet.Newest), before.Period?.KnownDays(before.Sheet!.Newest) ?? 0);
        var days = known == knownBefore ? (1, 1) : (known, knownBefore);
        var drawn = uses(place.Autumn);
        ReportLine Line(string prefix, string of) => new(
            prefix, of, sheet.Sum(prefix, period.First, period.Last), sheet.Sum(prefix, season.First, period.Last),
            before.Period is { } earlier ? before.Sheet!.Sum(prefix, earlier.First, earlier.Last) : null, drawn?.Sum(prefix), budgets.In(place.Autumn, prefix), days);
        return new Report(
            period, season, place.Prefix, board.Name, before.Period, sheet.Newest, sheet.FoldedSeq, Line(place.Prefix, board.Name),
            [.. board.Parts.Select(part => Line(part.Prefix, part.Name))], [.. board.Days.Where(day => day.Day >= period.First && day.Day <= period.Last)], drawn)
        {
            PerDay = before.Period is not null && known != knownBefore,
            Receipts = place.Prefix.Length == 0 ? ReceiptsOf(place.Autumn, period) : null,
            Settlement = kind == ReportKind.Season ? Settled(place) : null,
        };
    }

    /// <summary>The report before and after one, among those that have begun; null: none.</summary>
    public (ReportPeriod? Earlier, ReportPeriod? Later) Beside(Place place, ReportPeriod period)
    {
        var periods = ReportPeriod.Of(period.Kind, Dates(place)).ToList();
        var index = periods.IndexOf(period);
        return (index > 0 ? periods[index - 1] : null, index + 1 < periods.Count && periods[index + 1].First <= Today ? periods[index + 1] : null);
    }

    /// <summary>From the first to the last day of heating anywhere in the division: policies may differ inside it.</summary>
    private HeatingSeason Dates(Place place)
    {
        var all = seasons.Policies.Policies.Where(policy => policy.Covers(place.Autumn)).SelectMany(policy => policy.Areas)
            .Where(area => area.StartsWith(place.Prefix, StringComparison.Ordinal)).Select(area => seasons.Policies.Season(DivisionCode.Full(area), place.Autumn))
            .Append(seasons.Dates(place)).ToList();
        return new HeatingSeason(HeatingSeason.NameOf(place.Autumn), all.Min(season => season.First), all.Max(season => season.Last));
    }

    private (ReportPeriod? Period, SeasonSheet? Sheet) SeasonBefore(Place place)
    {
        var earlier = place with { Autumn = place.Autumn - 1 };
        if (!seasons.Autumns().Contains(earlier.Autumn) || seasons.Sheet(earlier.Autumn) is not { HasRows: true } sheet) return default;
        return (ReportPeriod.Of(ReportKind.Season, Dates(earlier))[0], sheet);
    }

    private Receipts ReceiptsOf(int autumn, ReportPeriod period)
    {
        var days = received.GetOrAdd(autumn, year => new Held<IReadOnlyList<CompanyDay>>(time, () => Read(year))).Get();
        using var view = ledger.OpenView();
        var known = view.Registry().Companies;
        string Shown(string id) => known.TryGetValue(id, out var company) && company.Name != id ? $"{company.Name} ({id})" : id;
        var companies = days.Where(day => day.Day >= period.First && day.Day <= period.Last).GroupBy(day => day.Company, StringComparer.Ordinal)
            .OrderBy(company => company.Key, StringComparer.Ordinal).Select(company => new CompanyReceipt(
                company.Key, Shown(company.Key), company.Sum(d => d.Received), company.Sum(d => d.Accepted), company.Sum(d => d.Duplicate), company.Sum(d => d.Conflict),
                company.Sum(d => d.Quarantined), company.Sum(d => d.Pending), company.Count(d => !d.Reconciles)));
        return new Receipts([.. companies], quality.Board().QuarantineOpen);
    }

    private IReadOnlyList<CompanyDay> Read(int autumn)
    {
        using var view = ledger.OpenView();
        return Reconciliation.Of(view, LocalDay.On(autumn, HeatingSeason.FirstMonth, 1));
    }

    private SettlementState Settled(Place place)
    {
        var runs = ledger.Settlements.Runs().Where(run => run.Run.Autumn == place.Autumn && !run.Run.Provisional && run.Stage != RunStage.Withdrawn).ToList();
        return new SettlementState(
            runs.FindAll(run => run.Run.Division.StartsWith(place.Prefix, StringComparison.Ordinal)),
            runs.FindAll(run => run.Run.Division.Length < place.Prefix.Length && place.Prefix.StartsWith(run.Run.Division, StringComparison.Ordinal)));
    }
}
