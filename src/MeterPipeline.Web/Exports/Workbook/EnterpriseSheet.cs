using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>集中供暖企业清算: quota by actually heated households, use within it, amount (运政办发〔2025〕11号 三（二）1).</summary>
internal sealed class EnterpriseSheet : RunSheet
{
    private static readonly Column<RunLine>[] Columns =
    [
        new("序号", 7, r => Cell.Count(r.Number)),
        new("企业", 26, r => Cell.Of(r.Household.Name)),
        new("户编号", 13, r => Cell.Of(r.Household.Id)),
        new("户号", 15, r => Cell.Of(r.Line.Account)),
        new("乡镇", 11, r => Cell.Of(r.Household.Township)),
        new("村", 11, r => Cell.Of(r.Household.Village)),
        new("实际供暖户数", 9, r => Cell.Count(r.Use.HeatedHouseholds), Summed: true),
        new("供暖用量额度", 16, r => Cell.Quantity(r.Reckoning.Quota), Summed: true),
        new("实际用量", 16, r => Cell.Quantity(r.Use.Consumption), Summed: true),
        new("补贴用量", 16, r => Cell.Quantity(r.Reckoning.Counted), Summed: true),
        new("单位", 8, r => Cell.Of(RunTexts.Unit(r.Use.Unit))),
        new("补贴标准", 13, r => Cell.Of(RunTexts.Rate(r.Line))),
        new("金额（元）", 14, r => Cell.Yuan(r.Line.Accrued.Operating), Summed: true),
        new("应发（元）", 14, r => Cell.Yuan(r.Due.Total), Summed: true),
        new("已预发（元）", 13, r => Cell.Yuan(r.Line.Advanced), Summed: true),
        new("实发（元）", 14, r => Cell.Yuan(r.Payable), Summed: true),
        new("备注", 20, r => Cell.Of(r.Line.Held ? $"暂缓：{RunTexts.Holds(r.Line)}" : "")),
    ];

    private readonly Table<RunLine> table;

    public EnterpriseSheet(ISheetBook book, RunExport export) =>
        table = new(book.Add(export.Head(7, "集中供暖企业清算", "农村“煤改电”区域集中供暖企业清算表", Columns)), Columns);

    public override void Add(RunLine line)
    {
        if (line.Household.Route == HeatingRoute.CentralHeating) table.Add(line);
    }

    public override void End()
    {
        if (table.Rows == 0) table.Note("本批没有集中供暖企业。");
        else table.Total();
    }
}
