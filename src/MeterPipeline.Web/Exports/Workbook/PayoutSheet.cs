namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// 发放清册: who gets what and signs for it; all personal data of the payees. Lists every household with something due or advanced. In a row,
/// 运行补贴 + 困难补贴 + 调整金额 = 应发, and 应发 − 已预发 = 实发 where that is not negative.
/// </summary>
internal sealed class PayoutSheet : RunSheet
{
    private static readonly Column<RunLine>[] Columns =
    [
        new("序号", 6, r => Cell.Count(r.Number)),
        new("行政区划代码", 14, r => Cell.Of(r.Household.Division)),
        new("村", 10, r => Cell.Of(r.Household.Village)),
        new("户编号", 12, r => Cell.Of(r.Household.Id)),
        new("户主姓名", 9, r => Cell.Of(r.Household.Name)),
        new("身份证号", 20, r => Cell.Of(r.Line.Payee?.IdNumber ?? "")),
        new("开户银行", 16, r => Cell.Of(r.Line.Payee?.Bank ?? "")),
        new("银行账户名称", 9, r => Cell.Of(r.Line.Payee?.AccountName ?? "")),
        new("银行账号/一卡通账号", 21, r => Cell.Of(r.Line.Payee?.BankAccount ?? "")),
        new("联系电话", 13, r => Cell.Of(r.Line.Payee?.Phone ?? "")),
        new("户号", 15, r => Cell.Of(r.Line.Account)),
        new("取暖方式", 8, r => Cell.Of(RunTexts.Route(r.Household.Route))),
        new("采暖季用量", 13, r => r.Use.Energy is null ? Cell.Blank : Cell.Quantity(r.Use.Eligible)),
        new("单位", 7, r => Cell.Of(RunTexts.Unit(r.Use.Unit))),
        new("运行补贴金额", 14, r => Cell.Yuan(r.Adjusted == 0 ? r.Due.Operating : 0), Summed: true),
        new("困难补贴", 13, r => Cell.Yuan(r.Adjusted == 0 ? r.Due.Hardship : 0), Summed: true),
        new("调整金额", 12, r => Cell.Yuan(r.Adjusted), Summed: true),
        new("应发", 14, r => Cell.Yuan(r.Due.Total), Summed: true),
        new("已预发", 12, r => Cell.Yuan(r.Line.Advanced), Summed: true),
        new("实发", 14, r => Cell.Yuan(r.Payable), Summed: true),
        new("户主签字", 13, _ => Cell.Blank),
    ];

    private readonly Table<RunLine> table;

    public PayoutSheet(ISheetBook book, RunExport export) =>
        table = new(book.Add(export.Head(2, "发放清册", "清洁取暖运行补贴发放清册", Columns)), Columns);

    public override void Add(RunLine line)
    {
        if (line.Due.Total != 0 || line.Line.Advanced != 0) table.Add(line, RowStyle.Signed);
    }

    public override void End()
    {
        table.Total();
        table.Note("本表含个人信息，仅供发放与审计使用，不得公示或外传。");
    }
}
