using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>公示表: what is posted in the villages. Names are masked, account numbers end in four digits, nothing else names a person.</summary>
internal sealed class NoticeSheet : RunSheet
{
    private static readonly Column<RunLine>[] Columns =
    [
        new("序号", 7, r => Cell.Count(r.Number)),
        new("乡镇", 11, r => Cell.Of(r.Household.Township)),
        new("村", 12, r => Cell.Of(r.Household.Village)),
        new("户主姓名", 10, r => Cell.Of(RunTexts.PublicName(r.Household))),
        new("户号（后四位）", 9, r => Cell.Of(RunTexts.LastFour(r.Line.Account))),
        new("取暖方式", 10, r => Cell.Of(RunTexts.Route(r.Household.Route))),
        new("采暖季用电量（千瓦时）", 15, r => Metered(r, Energy.Electricity), Summed: true),
        new("采暖季用气量（立方米）", 15, r => Metered(r, Energy.Gas), Summed: true),
        new("补贴标准", 14, r => Cell.Of(RunTexts.Rate(r.Line))),
        new("补贴金额（元）", 15, r => Cell.Yuan(r.Line.Accrued.Operating), Summed: true),
        new("困难补贴（元）", 14, r => Cell.Yuan(r.Line.Accrued.Hardship), Summed: true),
        new("合计（元）", 15, r => Cell.Yuan(r.Line.Accrued.Total), Summed: true),
        new("是否封顶", 7, r => Cell.Of(r.Reckoning.CapReached ? "是" : "否")),
        new("备注", 22, r => Cell.Of(Remark(r))),
    ];

    private readonly RunExport export;
    private readonly Table<RunLine> table;

    public NoticeSheet(ISheetBook book, RunExport export)
    {
        this.export = export;
        table = new(book.Add(export.Head(1, "公示表", "清洁取暖运行补贴公示表", Columns)), Columns);
    }

    public override void Add(RunLine line) => table.Add(line);

    public override void End()
    {
        table.Total();
        var notice = export.Steps.LastOrDefault(step => step.Kind == RunStepKind.Noticed);
        table.Note($"公示期：{Day(notice?.From)} 至 {Day(notice?.Until)}");
        table.Note($"监督电话：{(export.Notes.SupervisionPhone.Length == 0 ? "________________" : export.Notes.SupervisionPhone)}");
        table.Note($"政策依据：{(export.Notes.Basis.Count == 0 ? string.Join("、", export.Run.Policies.Select(p => $"{p.Id} v{p.Version}")) : string.Join("；", export.Notes.Basis))}");
        table.Note("对公示内容有异议的，请在公示期内向村委会或乡镇人民政府提出。");
    }

    internal static Cell Metered(RunLine line, Energy energy) => line.Use.Energy == energy ? Cell.Quantity(line.Use.Eligible) : Cell.Blank;

    /// <summary>Nothing from the registry's own note: it may name a person.</summary>
    private static string Remark(RunLine line) =>
        line.Line.Held ? $"暂缓：{RunTexts.Holds(line.Line)}"
        : line.Household.AcceptedOn is null ? "未验收"
        : line.Use.EligibleDays == 0 ? "本季无计补天数"
        : line.Adjustment == AdjustmentKind.Supplement ? $"较前批补发 {Domain.Policies.Money.Format(line.Adjusted)} 元"
        : line.Adjustment == AdjustmentKind.Recovery ? $"较前批应追回 {Domain.Policies.Money.Format(-line.Adjusted)} 元"
        : "";

    private static string Day(Domain.LocalDay? day) => day?.ToString() ?? "______年____月____日";
}
