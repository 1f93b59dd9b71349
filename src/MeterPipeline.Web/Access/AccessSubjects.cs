using System.Globalization;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using MeterPipeline.Web.Replays;
using MeterPipeline.Web.Settlements;

namespace MeterPipeline.Web.Access;

/// <summary>
/// What an entry of the access log is about, as people read it. The log is evidence and keeps what was written: names of files and marks of replays. They
/// are read here, and lead to their page where there is one; what no version of this program wrote is shown as it stands.
/// </summary>
/// <param name="hasRun">Whether there is a settlement run of this number.</param>
internal sealed partial class AccessSubjects(Texts texts, RegistrySnapshot registry, SeasonBoards seasons, Predicate<int> hasRun)
{
    private readonly AccessTexts words = texts.Access;

    public Markup Of(AccessEntry entry) => entry.Subject.Length == 0 ? new Markup("–") : entry.Act switch
    {
        AccessAct.Unmask => Linked($"{texts.Household} {entry.Subject}", registry.Households.ContainsKey(entry.Subject) ? "/households/" + Uri.EscapeDataString(entry.Subject) : null),
        AccessAct.Export => Exported(entry.Subject),
        AccessAct.Replay when Replay().Match(entry.Subject) is { Success: true } match => Replayed(match.Groups),
        _ => Markup.Of($"{entry.Subject}"),
    };

    private Markup Exported(string subject)
    {
        if (subject == "readings") return Markup.Of($"{words.AllReadings}");
        if (Accruals().Match(subject) is { Success: true } accruals) return AccrualsOf(accruals.Groups["season"].Value, PrefixOf(accruals));
        if (Report().Match(subject) is { Success: true } report) return ReportOf(report, PrefixOf(report));
        return Run().Match(subject) is { Success: true } run ? RunOf(run.Groups) : Markup.Of($"{subject}");
    }

    private Markup AccrualsOf(string season, string prefix) =>
        Linked($"{words.Accruals} {season} · {PlaceOf(prefix)}", Offered(season, prefix) ? $"/?season={season}{Of(prefix, '&')}" : null);

    private Markup ReportOf(Match match, string prefix)
    {
        var (word, period) = (match.Groups["kind"].Value, match.Groups["period"].Value);
        if (!Reports.ReportPeriod.TryReadKind(word, out var kind) || !Reports.ReportPeriod.TryReadAutumn(kind, period, out var autumn)) return Markup.Of($"{match.Value}");
        return Linked(
            As($"{texts.Reports.Kinds[kind]} {period} · {PlaceOf(prefix)}", match.Groups["format"].Value.ToUpperInvariant()),
            Offered(HeatingSeason.NameOf(autumn), prefix) ? $"/reports/{word}/{period}{Of(prefix, '?')}" : null);
    }

    private Markup RunOf(GroupCollection said)
    {
        var id = int.Parse(said["run"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var format = said["layout"].Success ? Figures.Fill(SettlementTexts.For(texts).BankFile, said["layout"].Value) : said["format"].Value.ToUpperInvariant();
        var place = said["season"].Success ? $" · {said["season"].Value} · {PlaceOf(PrefixOf(said["division"].Value))}" : "";
        return Linked(As(Figures.Fill(words.SettlementRun, id) + place, format), hasRun(id) ? $"/settlements/{id}" : null);
    }

    private Markup Replayed(GroupCollection said)
    {
        var count = said["count"].Success
            ? Figures.Fill(words.QuarantinedMessages, Figures.Count(long.Parse(said["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))) : ReplayTexts.For(texts).AllOpen;
        if (said["id"].Success)
        {
            var ids = said["id"].Captures.Select(id => Markup.Of($" <a href=\"/quarantine/{id.Value}\">#{id.Value}</a>"));
            return Markup.Of($"{(said["count"].Success ? count : words.QuarantinedMessage)}{ids}{said["more"].Value}");
        }
        var (company, reason) = (said["company"].Value, said["reason"].Value);
        var parts = new[]
        {
            count, Figures.Fill(words.UpToMessage, said["until"].Value), company.Length == 0 ? "" : PlaceHead.Company(registry, company),
            reason.Length == 0 ? "" : Texts.Word(texts.QuarantineReasons, reason),
        };
        var query = QuarantinePage.Query(QuarantineSearch.Filter(company, reason, null), null);
        return Linked(string.Join(" · ", parts.Where(part => part.Length > 0)), "/quarantine" + (query.Length == 0 ? "" : "?" + query));
    }

    private static Markup Linked(string text, string? address) => address is null ? Markup.Of($"{text}") : Markup.Of($"<a href=\"{address}\">{text}</a>");

    private string As(string text, string format) => Figures.Fill(words.AsFile, text, format);

    /// <summary>Whether pages of this season and place can be opened.</summary>
    private bool Offered(string season, string prefix) =>
        seasons.TryReadSeason(season, out _) && (prefix.Length == 0 || registry.Divisions.ContainsKey(DivisionCode.Full(prefix)));

    private string PlaceOf(string prefix) => prefix.Length == 0 ? texts.Territory : DivisionCode.NameOf(registry, prefix);

    private static string Of(string prefix, char sign) => prefix.Length == 0 ? "" : $"{sign}division={DivisionCode.Full(prefix)}";

    private static string PrefixOf(Match match) => PrefixOf(match.Groups["division"].Value);

    private static string PrefixOf(string said) => said == "all" ? "" : said;

    [GeneratedRegex("^accruals-(?<season>[0-9]{4}-[0-9]{4})-(?<division>[0-9]{2,12}|all|)(\\.csv)?$")]
    private static partial Regex Accruals();

    [GeneratedRegex("^report-(?<kind>[a-z]+)-(?<period>[0-9A-Z-]+)-(?<division>[0-9]{2,12}|all)\\.(?<format>xlsx|zip)$")]
    private static partial Regex Report();

    [GeneratedRegex("^settlement-(?<run>[0-9]{1,9})(-(?<season>[0-9]{4}-[0-9]{4})-(?<division>[0-9]{2,12}|all)(-(?<layout>.+))?)?\\.(?<format>xlsx|zip|txt|jsonl)$")]
    private static partial Regex Run();

    /// <summary>As <see cref="ReplayScope.Subject"/> writes it.</summary>
    [GeneratedRegex("^quarantine:( (?<count>[0-9]{1,18}))?( ≤ #(?<until>[0-9]+)|( #(?<id>[0-9]+))+(?<more> …)?)( company=(?<company>.*?))?( reason=(?<reason>.*))?$")]
    private static partial Regex Replay();
}
