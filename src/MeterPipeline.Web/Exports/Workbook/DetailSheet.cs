using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// 计算明细: from the registers to the fen. A household whose meter was exchanged has a row for each meter; what belongs to the household
/// stands in its first row. There, 原始金额 − 封顶扣减 + 取整差 = 运行补贴.
/// </summary>
internal sealed class DetailSheet : RunSheet
{
    private readonly record struct Part(RunLine Line, SettledSegment? Segment, bool First);

    private const string UnitHeading = "单位";

    private static readonly Column<Part>[] Columns =
    [
        new("序号", 7, p => p.First ? Cell.Count(p.Line.Number) : Cell.Blank),
        new("行政区划代码", 14, p => Cell.Of(p.Line.Household.Division)),
        new("户编号", 12, p => Cell.Of(p.Line.Household.Id)),
        new("户号", 15, p => Cell.Of(p.Line.Line.Account)),
        new("取暖方式", 8, p => Cell.Of(RunTexts.Route(p.Line.Household.Route))),
        new("表号", 14, p => Cell.Of(p.Segment?.Meter ?? "")),
        new("示数", 5, p => p.Segment is { } s ? Cell.Of(RunTexts.Register(s.Register)) : Cell.Blank),
        new("倍率", 6, p => p.Segment is { } s ? Cell.Of(Figures.Rate(Quantity.ToDecimal(s.MultiplierE4))) : Cell.Blank),
        new(UnitHeading, 7, p => Cell.Of(RunTexts.Unit(p.Line.Use.Unit))),
        new("起码", 12, p => Cell.ExactQuantity(p.Segment?.Opening)),
        new("起码时间", 17, p => Time(p.Segment?.OpeningAtMs)),
        new("止码", 12, p => Cell.ExactQuantity(p.Segment?.Closing)),
        new("止码时间", 17, p => Time(p.Segment?.ClosingAtMs)),
        new("表计用量", 12, p => Cell.ExactQuantity(p.Segment?.Consumption)),
        new("采暖用量", 12, p => p.First && p.Line.Use.Energy is not null ? Cell.ExactQuantity(p.Line.Use.Eligible) : Cell.Blank),
        new("其中估算", 11, p => p.First && p.Line.Use.Energy is not null ? Cell.ExactQuantity(p.Line.Use.Estimated) : Cell.Blank),
        new("数据质量", 5, p => p.First ? Cell.Of(p.Line.Use.Grade) : Cell.Blank),
        new("计补用量", 12, p => p.First ? Cell.ExactQuantity(p.Line.Reckoning.Counted) : Cell.Blank),
        new("分档用量×标准", 17, p => p.First ? Cell.Of(Tiers(p.Line.Reckoning)) : Cell.Blank),
        new("原始金额", 14, p => p.First ? Cell.RawYuan(p.Line.Reckoning.Raw) : Cell.Blank, Summed: true),
        new("封顶扣减", 11, p => p.First ? Cell.RawYuan(BeyondCap(p.Line.Reckoning)) : Cell.Blank, Summed: true),
        new("取整差", 10, p => p.First ? Cell.RawYuan(Rounded(p.Line)) : Cell.Blank, Summed: true),
        new("运行补贴", 14, p => p.First ? Cell.Yuan(p.Line.Line.Accrued.Operating) : Cell.Blank, Summed: true),
        new("困难补贴", 11, p => p.First ? Cell.Yuan(p.Line.Line.Accrued.Hardship) : Cell.Blank, Summed: true),
        new("合计", 14, p => p.First ? Cell.Yuan(p.Line.Line.Accrued.Total) : Cell.Blank, Summed: true),
        new("政策与版本", 18, p => p.First ? Cell.Of(p.Line.PolicyText) : Cell.Blank),
    ];

    /// <summary>Of the first layout: without the unit.</summary>
    private static readonly Column<Part>[] FirstColumns = [.. Columns.Where(column => column.Heading != UnitHeading)];

    private readonly Table<Part> table;

    public DetailSheet(ISheetBook book, RunExport export)
    {
        var columns = export.NewLayout ? Columns : FirstColumns;
        table = new(book.Add(export.Head(3, "计算明细", "清洁取暖运行补贴计算明细", columns)), columns);
    }

    public override void Add(RunLine line)
    {
        if (line.Use.Segments.Count == 0) table.Add(new Part(line, null, true));
        for (var i = 0; i < line.Use.Segments.Count; i++) table.Add(new Part(line, line.Use.Segments[i], i == 0));
    }

    public override void End() => table.Total();

    /// <summary>What the cap in money takes away; caps in quantity show as 计补用量.</summary>
    private static decimal BeyondCap(SettledReckoning reckoning) => reckoning.Cap is { } cap && reckoning.Raw > cap ? reckoning.Raw - cap : 0;

    private static decimal Rounded(RunLine line) => line.Line.Accrued.Operating - (line.Reckoning.Raw - BeyondCap(line.Reckoning));

    private static string Tiers(SettledReckoning reckoning) =>
        string.Join("；", reckoning.Tiers.Select(tier => $"{Figures.Rate(Quantity.ToDecimal(tier.Quantity))}×{Figures.Rate(tier.Rate)}"));

    private static Cell Time(long? instantMs) => instantMs is { } known ? Cell.Of(Figures.Time(known)[..16]) : Cell.Blank;
}
