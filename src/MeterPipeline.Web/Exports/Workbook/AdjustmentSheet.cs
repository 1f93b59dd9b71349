using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>调整与异常: what corrects earlier runs, money that came back, what waits and why, and what cannot be paid yet.</summary>
internal sealed class AdjustmentSheet : RunSheet
{
    private readonly record struct Entry(RunLine Line, string Kind, decimal? Yuan, string Reason, LocalDay? On = null, string Reference = "");

    private static readonly Column<Entry>[] Columns =
    [
        new("类别", 13, e => Cell.Of(e.Kind)),
        new("序号", 8, e => Cell.Count(e.Line.Number)),
        new("行政区划代码", 14, e => Cell.Of(e.Line.Household.Division)),
        new("乡镇", 11, e => Cell.Of(e.Line.Household.Township)),
        new("村", 11, e => Cell.Of(e.Line.Household.Village)),
        new("户编号", 13, e => Cell.Of(e.Line.Household.Id)),
        new("户主姓名", 11, e => Cell.Of(e.Line.Household.Name)),
        new("户号", 15, e => Cell.Of(e.Line.Line.Account)),
        new("金额（元）", 13, e => Cell.Yuan(e.Yuan)),
        new("日期", 11, e => Cell.Of(e.On?.ToString() ?? "")),
        new("原因", 38, e => Cell.Of(e.Reason)),
        new("凭证号", 18, e => Cell.Of(e.Reference)),
    ];

    private readonly RunExport export;
    private readonly Table<Entry> table;
    private readonly ILookup<string, Disbursement> moved;
    private readonly ILookup<string?, RunStep> objections;

    public AdjustmentSheet(ISheetBook book, RunExport export)
    {
        this.export = export;
        table = new(book.Add(export.Head(8, "调整与异常", "清洁取暖运行补贴调整与异常", Columns)), Columns);
        moved = export.Disbursements.ToLookup(d => d.HouseholdId, StringComparer.Ordinal);
        objections = export.Steps.Where(step => step.Kind == RunStepKind.Objected).ToLookup(step => step.HouseholdId, StringComparer.Ordinal);
    }

    public override void Add(RunLine line)
    {
        foreach (var entry in EntriesOf(line)) table.Add(entry);
    }

    public override void End()
    {
        if (table.Rows == 0) table.Note("本批没有调整与异常。");
    }

    private IEnumerable<Entry> EntriesOf(RunLine line)
    {
        if (line.Adjustment != AdjustmentKind.None)
            yield return new(line, line.Adjustment == AdjustmentKind.Supplement ? "补发" : "追回", line.Due.Total, "后到数据或变更使核定金额与前批不同");
        foreach (var hold in line.Line.Holds) yield return new(line, "暂缓", line.Waiting, RunTexts.Hold(hold));
        foreach (var objection in objections[line.Household.Id]) yield return new(line, "异议", null, objection.Note, LocalDay.Of(objection.AtMs));
        foreach (var row in moved[line.Household.Id])
        {
            var (kind, why) = row.Kind switch
            {
                DisbursementKind.Returned => ("退票", "银行未能入账，款项退回"),
                DisbursementKind.Recovered => ("已追回", "住户退回"),
                _ => ("暂缓发放", "发放时尚待核实，仍应发放"),
            };
            yield return new(line, kind, row.Yuan, why, row.On, row.Reference);
        }
        if (line.Owed > 0) yield return new(line, "结转", line.Owed, "已预发与已核定超过应发，结转抵扣或追回");
        if (line.Payable > 0 && !export.Provisional && BankFile.PayeeFault(line.Line) is { } missing) yield return new(line, "不能发放", line.Payable, BankTexts.Say(Texts.Chinese, missing, ""));
        if (NotReckoned(line) is { } reason) yield return new(line, "不计补贴", null, reason);
        else if (line.Use.Grade == "D") yield return new(line, "数据缺口", null, $"质量等级 D，最长缺口 {line.Use.LongestGapDays} 天，有读数 {line.Use.CoveredDays}/{line.Use.EligibleDays} 天");
    }

    private static string? NotReckoned(RunLine line) =>
        line.Reckoning.Policy.Length == 0 ? "本区划没有适用政策"
        : line.Household.AcceptedOn is null ? "未验收"
        : line.Use.EligibleDays == 0 ? "整季排除或在采暖季后验收"
        : null;
}
