using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>What a bank's file holds, and which households it leaves out and why, before anybody takes it.</summary>
internal sealed class BankPage(PageFrame frame, SettlementRun run, BankLayout layout, BankResult result)
{
    private const int ProblemsMax = 500;

    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);

    public Markup Body() => Markup.Of($"""
        <div class="head"><div><nav class="crumbs" aria-label="{words.Title}"><a href="/settlements">{words.Title}</a><a href="/settlements/{run.Id}">{Figures.Fill(words.Run, run.Id)}</a></nav>
        <h1>{Figures.Fill(words.BankFile, layout.Id)}</h1></div></div>
        <section class="card"><p class="hint">{words.BankHint} {words.PayHint}</p><p class="sum"><b>{(result.Payments == 0 ? (result.Problems.Count == 0 ? words.Nothing : words.NoneListed) : Figures.Fill(words.BankCount, Figures.Count(result.Payments), Figures.Yuan(result.Yuan)))}</b></p>{Take()}{Problems()}</section>
        """);

    private Markup Take() => result.Payments == 0 ? Markup.Empty
        : Markup.Of($"<p class=\"facts files\"><a href=\"/settlements/{run.Id}/bank.txt?layout={Uri.EscapeDataString(layout.Id)}\">{words.Download}</a></p>");

    private Markup Problems() => result.Problems.Count == 0 ? Markup.Empty : Markup.Of($"""
        <h2 class="second">{Figures.Fill(words.LeftOut, Figures.Count(result.Problems.Count))}</h2><div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.Household}</th><th scope="col">{words.Money} ({frame.Texts.Yuan})</th><th scope="col" class="text">{words.Reason}</th></tr></thead>
        <tbody>{result.Problems.Take(ProblemsMax).Select(problem => Markup.Of($"<tr><th scope=\"row\">{RunLinesSection.Link(run.Id, problem.HouseholdId)}</th><td data-label=\"{words.Money} ({frame.Texts.Yuan})\">{Figures.Yuan(problem.Yuan)}</td><td class=\"text\" data-label=\"{words.Reason}\">{BankTexts.Say(frame.Texts, problem.Fault, problem.Detail)}</td></tr>"))}</tbody></table></div>
        """);
}
