using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>The lines of a run: by list and page, each leading to the household and to how its amount was reckoned.</summary>
internal sealed class RunLinesSection(PageFrame frame, SettlementRun run, RunDesk desk, LineList list, int page)
{
    private readonly Texts texts = frame.Texts;
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);

    /// <summary>To how the household's amount was reckoned.</summary>
    public static Markup Link(int run, string household) => Markup.Of($"<a href=\"{Address(run, household)}\">{household}</a>");

    public Markup Section()
    {
        var lines = desk.Page(run.Id, list, page);
        var hint = list == LineList.Unpayable ? Markup.Of($"<p class=\"hint\">{words.UnpayableHint}</p>") : Markup.Empty;
        return Markup.Of($"""
            <section class="card" id="lines"><h2>{words.LinesTitle}</h2><form class="find" method="get" action="/settlements/{run.Id}/line"><input name="household" aria-label="{words.Household}" placeholder="{words.Household}" maxlength="64" required><button>{words.Find}</button></form>
            <nav class="tabs" aria-label="{words.LinesTitle}">{Enum.GetValues<LineList>().Select(Tab)}</nav>{hint}
            {(lines.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.NoLines}</p>") : Table(lines.Items))}
            {PlaceHead.Pager(texts, lines, number => $"/settlements/{run.Id}?list={Name(list)}&page={number}#lines")}</section>
            """);
    }

    private Markup Table(IReadOnlyList<SettlementLine> lines) => Markup.Of($"""
        <div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.Household}</th><th scope="col" class="text">{words.Name}</th><th scope="col" class="text">{words.Village}</th><th scope="col">{words.Use}</th><th scope="col">{words.Accrued} ({texts.Yuan})</th><th scope="col">{words.Before} ({texts.Yuan})</th><th scope="col">{words.Due} ({texts.Yuan})</th><th scope="col">{words.Payable} ({texts.Yuan})</th><th scope="col" class="text">{words.Remark}</th><th scope="col" class="text">{words.Calculation}</th></tr></thead>
        <tbody>{lines.Select(Row)}</tbody></table></div>
        """);

    private Markup Row(SettlementLine line)
    {
        var household = line.Household;
        var use = line.Use.Energy is null ? "–" : $"{Figures.Amount(line.Use.Eligible)} {line.Use.Unit}";
        return Markup.Of($"""
            <tr><th scope="row"><a href="/households/{Uri.EscapeDataString(household.Id)}?season={HeatingSeason.NameOf(run.Autumn)}">{household.Id}</a></th><td class="text" data-label="{words.Name}">{Figures.Masked(household.Name)}</td><td class="text" data-label="{words.Village}">{household.Township} {household.Village}</td><td data-label="{words.Use}">{use}</td><td data-label="{words.Accrued} ({texts.Yuan})">{Figures.Yuan(line.Accrued.Total)}</td><td data-label="{words.Before} ({texts.Yuan})">{Figures.Yuan(line.Before.Total)}</td><td data-label="{words.Due} ({texts.Yuan})">{Figures.Yuan(line.Due.Total)}</td><td data-label="{words.Payable} ({texts.Yuan})">{Figures.Yuan(line.Payable)}</td><td class="text prose" data-label="{words.Remark}">{Remarks(texts, line)}</td><td class="text" data-label="{words.Calculation}"><a href="{Address(run.Id, household.Id)}">{words.Calculation}</a></td></tr>

            """);
    }

    public static bool HasRemarks(SettlementLine line) => line.Held || line.Adjustment != AdjustmentKind.None || IsUnpayable(line);

    /// <summary>Something is to be paid, and no bank could do it.</summary>
    private static bool IsUnpayable(SettlementLine line) => line.Payable > 0 && BankFile.PayeeFault(line) is not null;

    public static Markup Remarks(Texts texts, SettlementLine line)
    {
        var words = SettlementTexts.For(texts);
        var parts = line.Holds.Select(hold => Texts.Word(texts.HoldReasons, hold)).ToList();
        if (line.Adjustment != AdjustmentKind.None) parts.Add(line.Adjustment == AdjustmentKind.Supplement ? words.Supplement : words.Recovery);
        if (IsUnpayable(line)) parts.Add(words.NoPayee);
        return parts.Count == 0 ? new Markup("–") : Markup.Join(parts.Select(part => Markup.Of($"<span class=\"flag\">{part}</span> ")));
    }

    private Markup Tab(LineList of)
    {
        var text = of switch { LineList.All => words.ListAll, LineList.Held => words.ListHeld, LineList.Adjusted => words.ListAdjusted, _ => words.ListUnpayable };
        return Markup.Of($"<a href=\"/settlements/{run.Id}?list={Name(of)}#lines\"{(of == list ? new Markup(" aria-current=\"page\"") : Markup.Empty)}>{text} <b>{Figures.Count(desk.Count(run.Id, of))}</b></a>\n");
    }

    private static string Address(int run, string household) => $"/settlements/{run}/line?household={Uri.EscapeDataString(household)}";

    private static string Name(LineList list) => list.ToString().ToLowerInvariant();
}
