using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>签字页: what was reckoned from which input, proved by hashes, what has been done with it, and who signs.</summary>
internal sealed class SignOffSheet : RunSheet
{
    private sealed record Entry(string Name, string Value, string More = "");

    private static readonly Column<Entry>[] Columns =
    [
        new("项目", 26, e => Cell.Of(e.Name)), new("内容", 70, e => Cell.Of(e.Value)), new("说明", 44, e => Cell.Of(e.More)),
    ];

    private static readonly string[] Persons = ["制表人", "审核人", "负责人"];
    private static readonly string[] Seals = ["村委会（盖章）", "乡镇人民政府（盖章）", "供电公司（盖章）", "燃气公司（盖章）", "能源局（盖章）", "财政局（盖章）"];

    /// <summary>With more, the page would be too small to be read.</summary>
    private const int StepsOnOnePage = 20;

    private readonly RunExport export;
    private readonly RunSums sums;
    private readonly Table<Entry> table;
    private readonly SortedSet<(string Id, int Version)> met = [];

    public SignOffSheet(ISheetBook book, RunExport export, RunSums sums)
    {
        (this.export, this.sums) = (export, sums);
        var head = export.Head(10, "签字页", "清洁取暖运行补贴签字页", Columns);
        table = new(book.Add(head with { OnePage = export.NewLayout && export.Steps.Count <= StepsOnOnePage }), Columns);
    }

    public override void Add(RunLine line)
    {
        if (line.Reckoning.Policy.Length > 0) met.Add((line.Reckoning.Policy, line.Reckoning.Version));
    }

    public override void End()
    {
        var run = export.Run;
        table.Add(new("批次", export.Label, !export.Stored ? "按当前数据暂估，未存为批次，不得据此发放" : export.Provisional ? "暂估批次，仅供查看，不得确认和发放" : "批次一经确认不再变更，后到数据进入下一批"));
        table.Add(new("采暖季", export.Season));
        table.Add(new("区划", run.Division.Length == 0 ? "全部" : $"{export.Place}（{run.Division}）"));
        if (export.Stored) table.Add(new("起草", $"{Figures.Time(run.AtMs)}　{run.Actor}"));
        table.Add(new("数据截至", $"台账第 {Figures.Count(run.JournalSeq)} 行", "此前确认的读数全部计入，此后的不计"));
        table.Add(new("登记簿版本", Figures.Count(run.RegistryVersion)));
        table.Add(new("户数", Figures.Count(sums.Households), $"其中暂缓 {Figures.Count(sums.Held)} 户"));
        table.Add(new("核定金额（元）", Figures.Yuan(sums.Operating + sums.Hardship), $"运行补贴 {Figures.Yuan(sums.Operating)}，困难补贴 {Figures.Yuan(sums.Hardship)}"));
        table.Add(new("应发（元）", Figures.Yuan(sums.Due), $"其中调整 {Figures.Yuan(sums.Adjusted)}"));
        table.Add(new("实发（元）", Figures.Yuan(sums.Payable), $"已预发 {Figures.Yuan(sums.Advanced)}"));
        if (export.Stored)
        {
            table.Add(new("本批内容校验（SHA-256）", run.ContentHash, "对本批全部输入与逐户结果计算"));
            table.Add(new("上批内容校验（SHA-256）", run.PreviousHash.Length == 0 ? "无（首批）" : run.PreviousHash));
        }
        foreach (var (id, version) in met)
            table.Add(new("政策与版本", $"{id} v{version}", run.Policies.FirstOrDefault(p => p.Id == id && p.Version == version)?.Fingerprint is { Length: > 0 } print ? $"校验 {print[..Math.Min(16, print.Length)]}" : ""));
        foreach (var step in export.Steps) table.Add(new(RunTexts.Step(step.Kind), $"{Figures.Time(step.AtMs)}　{step.Actor}", More(step)));
        foreach (var person in Persons) table.Add(new(person, "", "日期："), RowStyle.Signed);
        foreach (var seal in Seals) table.Add(new(seal, "", "日期："), RowStyle.Signed);
    }

    private static string More(RunStep step) => string.Join("　", new[]
    {
        step.From is { } from ? $"{from} 至 {step.Until}" : "", step.HouseholdId ?? "", step.Note,
    }.Where(text => text.Length > 0));
}
