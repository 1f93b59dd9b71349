using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Settlements;

/// <summary>Which runs are listed.</summary>
/// <param name="Autumn">Null: of all seasons.</param>
/// <param name="Prefix">Of division codes; empty: everywhere.</param>
internal readonly record struct RunFilter(int? Autumn, string Prefix);

/// <summary>What the pages of settlements are made of. Any thread.</summary>
internal sealed class SettlementDesk(ILedger ledger, SeasonBoards seasons, RunDesk lines, RunFiles files, SettlementDrafts drafts, TimeProvider time)
{
    public const string PersonsOnly = "A step of a settlement is a person's: sign in.";

    public ILedger Ledger => ledger;

    public RunDesk Lines => lines;

    public RunFiles Files => files;

    public SettlementDrafts Drafts => drafts;

    public IReadOnlyList<int> Autumns => seasons.Autumns();

    /// <summary>The newest season with data: what there is to settle.</summary>
    public int DefaultAutumn => seasons.DefaultAutumn();

    /// <summary>Cities and counties of a viewer, which a form offers by name: townships and villages are too many to choose from.</summary>
    public IEnumerable<Division> Offered(Viewer viewer) => Registry.Divisions.Values
        .Where(division => DivisionCode.TryReadPrefix(division.Code, out var prefix) && prefix.Length is > 2 and <= RunImprint.CountyLength && viewer.MaySee(prefix))
        .OrderBy(division => division.Code, StringComparer.Ordinal);

    public RegistrySnapshot Registry => seasons.Newest.Registry;

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public LocalDay Today => LocalDay.Of(NowMs);

    /// <summary>The person as settlements know them: by the name that <c>--as</c> takes. Offices have the numbers of their roles.</summary>
    public static Signatory Signatory(Viewer viewer) =>
        new(viewer.Actor, viewer.Role is { } role && Enum.IsDefined((Office)role) ? (Office)role : Office.None, viewer.Divisions);

    /// <summary>Runs that the viewer may see, newest first.</summary>
    public IReadOnlyList<RunProgress> Runs(Viewer viewer, RunFilter filter) =>
    [
        .. ledger.Settlements.Runs().Where(run => viewer.MaySee(run.Run.Division) && (filter.Autumn is null || run.Run.Autumn == filter.Autumn)
            && run.Run.Division.StartsWith(filter.Prefix, StringComparison.Ordinal)).Reverse(),
    ];

    /// <summary>Posted runs of wider places than the viewer's, which they may object to for households of their own, newest first.</summary>
    public IReadOnlyList<RunProgress> WiderNotices(Viewer viewer) =>
        [.. ledger.Settlements.Runs().Where(run => run.Stage == RunStage.Noticed && !viewer.MaySee(run.Run.Division) && viewer.IsWithin(run.Run.Division)).Reverse()];

    /// <summary>Households of the run that are not paid now.</summary>
    public IReadOnlySet<string> Waiting(SettlementRun run) => PaymentHolds.Of(ledger, seasons.Policies, run.Id, run.Autumn).Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>The draft asked for last, where the viewer may see its division.</summary>
    public DraftJob? Draft(Viewer viewer) => drafts.Newest is { } job && viewer.MaySee(job.Division) ? job : null;

    public static bool TryReadFilter(string? season, string? division, out RunFilter filter)
    {
        filter = default;
        if (!DivisionCode.TryReadPrefix(division, out var prefix)) return false;
        int? autumn = null;
        if (!string.IsNullOrEmpty(season))
        {
            if (!HeatingSeason.TryParseName(season, out var read)) return false;
            autumn = read;
        }
        filter = new RunFilter(autumn, prefix);
        return true;
    }

    /// <summary>From the county down, for townships of two counties may have one name. Empty: everything.</summary>
    public string PlaceOf(string division)
    {
        var registry = Registry;
        return string.Join(' ', DivisionCode.Above(division).Where(above => above.Length >= RunImprint.CountyLength).Append(division).Where(code => code.Length > 0)
            .Select(code => DivisionCode.NameOf(registry, code)));
    }
}
