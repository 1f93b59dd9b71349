using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Tests.Exports;

/// <summary>Lines and runs made up, the same every time: for the tests and the benchmark of finance's lists.</summary>
internal static class RunLines
{
    public const int Autumn = 2025;

    private const int PerVillage = 80, VillagesPerTownship = 12, TownshipsPerCounty = 9;
    private const string Surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗";
    private const string Given = "秀英桂兰建国志强玉梅海龙春生文斌";

    private static readonly string[] Counties = ["盐湖区", "永济市", "河津市", "临猗县", "万荣县", "闻喜县", "稷山县", "新绛县", "绛县", "垣曲县", "夏县", "平陆县", "芮城县"];
    private static readonly string[] CountyCodes = ["140802", "140881", "140882", "140821", "140822", "140823", "140824", "140825", "140826", "140827", "140828", "140829", "140830"];
    private static readonly string[] Villages = ["闫家洞", "刘家堡", "固镇", "尹村", "樊家坪", "东光德", "小停", "张吴", "北方平", "忽沟", "贺家庄", "南午芹"];

    /// <summary>Ordinary households, ordered by division and id: a county of 108 villages after the other.</summary>
    public static IEnumerable<SettlementLine> Many(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var line = One(i);
            yield return i % 97 == 0 ? line with { Holds = ["register-jump"] } : line;
        }
    }

    /// <summary>A household with an account, a payee and one meter; every tenth uses gas, every eighth reaches the cap, some have none of it.</summary>
    public static SettlementLine One(int i)
    {
        var village = i / PerVillage;
        var county = Math.Min(village / (VillagesPerTownship * TownshipsPerCounty), Counties.Length - 1);
        var (township, place) = (village / VillagesPerTownship % TownshipsPerCounty, village % VillagesPerTownship);
        var code = string.Create(CultureInfo.InvariantCulture, $"{CountyCodes[county]}{101 + township:000}{201 + village % (VillagesPerTownship * TownshipsPerCounty):000}");
        var gas = i % 10 == 3;
        var used = i % 41 == 0 ? 0 : i % 8 == 5 ? 125_000_000L + i % 1000 : 1_000_000L + (long)i * 7_919_177 % 80_000_000;
        if (gas) used /= 10;
        var name = $"{Surnames[i % Surnames.Length]}{Given[i % Given.Length]}{Given[i / 3 % Given.Length]}";
        var household = new SettledHousehold(
            string.Create(CultureInfo.InvariantCulture, $"H{i + 1:000000}"), name, code, $"第{"一二三四五六七八九"[township]}镇", $"{Villages[place]}村",
            gas ? HeatingRoute.CoalToGas : HeatingRoute.CoalToElectricity, i % 15 == 0 ? Conversion.Self : Conversion.Programme,
            i % 25 == 7 ? Hardship.Dibao : Hardship.None, LocalDay.On(2024, 10, 1), "");
        return Reckoned(household, i, gas ? Energy.Gas : Energy.Electricity, used);
    }

    /// <summary>A run over lines, with totals that fit them.</summary>
    public static RunExport Run(IReadOnlyList<SettlementLine> lines, int id = 7) => Export(lines, TotalsOf(lines), id);

    public static RunExport Export(IEnumerable<SettlementLine> lines, RunTotals totals, int id = 7, IReadOnlyList<RunStep>? steps = null, IReadOnlyList<Disbursement>? moved = null)
    {
        var run = new SettlementRun(
            id, Autumn, "1408", "cli:zhang", LocalDay.On(2026, 3, 20).StartMs, 48_213, 17, [new PolicyVersion("yuncheng-2025", 1, new string('b', 64))], totals.Households, totals,
            new string('c', 64), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        var notes = new ExportNotes(NameOf, "0359-1234567", ["运城市2025年冬季清洁取暖工作实施方案（运政办发〔2025〕11号）"]);
        return new RunExport(run, lines, steps ?? [], moved ?? [], notes);
    }

    public static RunTotals TotalsOf(IEnumerable<SettlementLine> lines)
    {
        var (households, held, payable) = (0, 0, 0m);
        var (accrued, before, due) = (SettledAmount.Nothing, SettledAmount.Nothing, SettledAmount.Nothing);
        foreach (var line in lines)
        {
            households++;
            if (line.Held) held++;
            (accrued, before, due, payable) = (accrued + line.Accrued, before + line.Before, due + line.Due, payable + line.Payable);
        }
        return new RunTotals(households, held, accrued, before, due, payable);
    }

    public static SettledAmount Amount(decimal operating, decimal hardship = 0)
    {
        var city = Math.Floor(operating * 50) / 100;
        return new SettledAmount(operating, hardship, [new BorneShare("city", city), new BorneShare("county", operating - city)]);
    }

    private static SettlementLine Reckoned(SettledHousehold household, int i, Energy energy, long used)
    {
        var gas = energy == Energy.Gas;
        var (rate, cap) = gas ? (1m, 1200m) : (0.1m, 1040m);
        var raw = Quantity.ToDecimal(used) * rate;
        var opening = 12_345_600L + (long)i * 10_007 % 90_000_000;
        var season = (First: LocalDay.On(Autumn, 11, 15), Last: LocalDay.On(Autumn + 1, 3, 15));
        var meter = string.Create(CultureInfo.InvariantCulture, $"{(gas ? 2 : 1)}{i + 1:00000000000}");
        var segment = new SettledSegment(meter, Register.Total, opening, season.First.StartMs, opening + used, season.Last.EndMs, Quantity.PerUnit, used);
        var use = new SettledUse(energy, gas ? "m³" : "kWh", opening, opening + used, used, used, used / 50, i % 50 == 9 ? "D" : "A", 121, 121, 1, 0, [segment]);
        var accrued = Amount(Money.RoundToFen(Math.Min(raw, cap)), household.Hardship == Hardship.None ? 0 : 200);
        var reckoning = new SettledReckoning(
            "yuncheng-2025", 1, gas ? "1" : "0.1", [new SettledTier(used, rate)], raw, cap, raw >= cap, used, null, accrued.Total, accrued.Total);
        var payee = new Payee(
            household.Name, string.Create(CultureInfo.InvariantCulture, $"1427{i % 90 + 10}196{i % 10}0{i % 9 + 1}1{i % 9 + 1}{i % 10_000:0000}"), "山西省农村信用社河津市信用联社", household.Name,
            string.Create(CultureInfo.InvariantCulture, $"6217995360{i:000000000}"), string.Create(CultureInfo.InvariantCulture, $"138{i:00000000}"));
        var account = string.Create(CultureInfo.InvariantCulture, $"140{i + 1:0000000000}");
        return new SettlementLine(household, account, use, reckoning, accrued, SettledAmount.Nothing, [], 0, payee);
    }

    private static string NameOf(string prefix) =>
        prefix == "1408" ? "运城市" : Array.IndexOf(CountyCodes, prefix) is >= 0 and var at ? Counties[at] : prefix;
}
