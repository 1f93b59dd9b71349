namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// 汇总 by county, township and village, each with the sums of the levels above. 核定金额 − 前批已核定 − 暂缓金额 = 应发; the levels of finance
/// share the operating subsidy that is due.
/// </summary>
internal sealed class SummarySheets(ISheetBook book, RunExport export) : RunSheet
{
    private const int CountyLength = 6, TownshipLength = 9, VillageLength = 12;

    /// <summary>In the order in which documents name them; others follow.</summary>
    private static readonly string[] Levels = ["central", "province", "city", "county", "district", "township"];

    private readonly SortedDictionary<string, RunSums> villages = new(StringComparer.Ordinal);

    /// <summary>Of all lines.</summary>
    public RunSums All { get; } = new("", "", "", "");

    public override void Add(RunLine line)
    {
        var household = line.Household;
        if (!villages.TryGetValue(household.Division, out var sums))
        {
            var county = export.Notes.NameOf(Prefix(household.Division, CountyLength));
            villages[household.Division] = sums = new RunSums(household.Division, county, household.Township, household.Village);
        }
        sums.Add(line);
        All.Add(line);
    }

    public override void End()
    {
        Write(4, "汇总（县）", "县级", CountyLength);
        Write(5, "汇总（乡镇）", "乡镇级", TownshipLength);
        Write(6, "汇总（村）", "村级", VillageLength);
    }

    private void Write(int order, string name, string level, int length)
    {
        var columns = Columns(length);
        var table = new Table<RunSums>(book.Add(export.Head(order, name, $"清洁取暖运行补贴汇总表（{level}）", columns)), columns);
        foreach (var county in Groups(villages.Values, CountyLength))
        {
            if (length == CountyLength)
            {
                table.Add(Sum(county, CountyLength));
                continue;
            }
            foreach (var township in Groups(county, TownshipLength))
            {
                if (length == TownshipLength) table.Add(Sum(township, TownshipLength));
                else
                {
                    foreach (var village in township) table.Add(village);
                    table.Add(Sum(township, TownshipLength) with { Village = "小计" }, RowStyle.Sum);
                }
            }
            table.Add(Sum(county, CountyLength) with { Township = "小计" }, RowStyle.Sum);
        }
        table.Total();
        table.Note("补贴金额为逐户取整后金额之和；资金分担按应发运行补贴计算。");
    }

    private List<Column<RunSums>> Columns(int length)
    {
        var columns = new List<Column<RunSums>> { new("行政区划代码", 14, s => Cell.Of(s.Division)), new("县（市、区）", 10, s => Cell.Of(s.County)) };
        if (length > CountyLength) columns.Add(new("乡镇", 10, s => Cell.Of(s.Township)));
        if (length > TownshipLength) columns.Add(new("村", 11, s => Cell.Of(s.Village)));
        columns.AddRange(
        [
            new("户数", 8, s => Cell.Count(s.Households), Summed: true),
            new("享受户数", 8, s => Cell.Count(s.Benefiting), Summed: true),
            new("零用量户数", 8, s => Cell.Count(s.Unused), Summed: true),
            new("封顶户数", 8, s => Cell.Count(s.Capped), Summed: true),
            new("困难户数", 8, s => Cell.Count(s.InHardship), Summed: true),
            new("暂缓户数", 8, s => Cell.Count(s.Held), Summed: true),
            new("用电量（千瓦时）", 16, s => Cell.Quantity(s.Electricity), Summed: true),
            new("用气量（立方米）", 15, s => Cell.Quantity(s.Gas), Summed: true),
            new("运行补贴（元）", 14, s => Cell.Yuan(s.Operating), Summed: true),
            new("困难补贴（元）", 13, s => Cell.Yuan(s.Hardship), Summed: true),
            new("核定金额（元）", 14, s => Cell.Yuan(s.Operating + s.Hardship), Summed: true),
            new("前批已核定（元）", 14, s => Cell.Yuan(s.Before), Summed: true),
            new("暂缓金额（元）", 13, s => Cell.Yuan(s.Waiting), Summed: true),
            new("应发（元）", 14, s => Cell.Yuan(s.Due), Summed: true),
            new("其中调整（元）", 13, s => Cell.Yuan(s.Adjusted), Summed: true),
        ]);
        var occurring = All.Shares.Keys.OrderBy(level => Array.IndexOf(Levels, level) is >= 0 and var at ? at : Levels.Length).ThenBy(level => level, StringComparer.Ordinal);
        columns.AddRange(occurring.Select(level => new Column<RunSums>($"{RunTexts.Level(level)}分担（元）", 13, s => Cell.Yuan(s.Shares.GetValueOrDefault(level)), Summed: true)));
        columns.Add(new("已预发（元）", 13, s => Cell.Yuan(s.Advanced), Summed: true));
        columns.Add(new("实发（元）", 14, s => Cell.Yuan(s.Payable), Summed: true));
        return columns;
    }

    /// <summary>Neighbours of one prefix; the places come in order of code.</summary>
    private static IEnumerable<List<RunSums>> Groups(IEnumerable<RunSums> places, int length) =>
        places.GroupBy(place => Prefix(place.Division, length)).Select(group => group.ToList());

    private static RunSums Sum(List<RunSums> places, int length)
    {
        var first = places[0];
        var sums = new RunSums(Prefix(first.Division, length).PadRight(VillageLength, '0'), first.County, length > CountyLength ? first.Township : "", "");
        places.ForEach(sums.Add);
        return sums;
    }

    private static string Prefix(string division, int length) => division.Length <= length ? division : division[..length];
}
