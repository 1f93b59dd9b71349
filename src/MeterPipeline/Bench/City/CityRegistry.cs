using System.Globalization;
using LoadGenerator;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Bench.City;

/// <summary>Who lives in the city: counties of ten townships of twelve villages of a hundred households, each with a meter, an account number and a payee.</summary>
internal static class CityRegistry
{
    /// <summary>The code has room for 99 counties.</summary>
    public const int HouseholdsMax = 99 * VillageHouseholds * TownshipVillages * CountyTownships;

    private const int VillageHouseholds = 100;
    private const int TownshipVillages = 12;
    private const int CountyTownships = 10;
    private const string Province = "14";
    private const string City = "1408";
    private const string GasCompany = "gas1";
    private const long ElectricityCapacity = 12 * 10_000;
    private const long GasCapacity = 25_000;
    private const int Digits = 6;
    private const int Decimals = 2;

    private static readonly string[] Surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    private static readonly string[] GivenNames = ["建国", "秀英", "桂兰", "志强", "海燕", "玉梅", "文华", "永红", "小军", "春生"];
    private static readonly LocalDay Installed = LocalDay.On(2025, 10, 20);

    public static string HouseholdId(int index) => $"H{index:D7}";

    public static string Village(int index)
    {
        var village = index / VillageHouseholds;
        var (township, county) = (village / TownshipVillages, village / TownshipVillages / CountyTownships);
        return string.Create(CultureInfo.InvariantCulture, $"{City}{county + 1:D2}{township % CountyTownships + 1:D3}{village % TownshipVillages + 1:D3}");
    }

    public static RegistryChange Draw(int households)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company(LoadRegistry.Company, "电力公司", Energy.Electricity));
        change.Companies.Add(new Company(GasCompany, "燃气公司", Energy.Gas));
        change.Divisions.AddRange(Divisions(households));
        for (var index = 0; index < households; index++)
        {
            var meter = new CityMeter(index);
            change.Households.Add(Household(meter));
            change.Installations.Add(new Installation(
                meter.Id, HouseholdId(index), meter.IsGas ? GasCompany : LoadRegistry.Company, meter.Energy, Digits, Decimals, meter.IsGas ? GasCapacity : ElectricityCapacity, 1,
                Installed.StartMs, meter.Opening, null, null, Serves.Heating, 0));
            change.Aliases.Add(new AccountAlias(Account(index), HouseholdId(index), null, null));
        }
        return change;
    }

    public static IEnumerable<(string HouseholdId, Payee Payee)> Payees(int households) => Enumerable.Range(0, households).Select(index =>
        (HouseholdId(index), new Payee(Name(new CityMeter(index)), $"1408021970010{index % 10_000:D4}X", "农村信用社", Name(new CityMeter(index)), $"62284800{index:D11}", $"1380359{index % 10_000:D4}")));

    private static string Account(int index) => $"03{index:D8}";

    private static string Name(CityMeter meter) => Surnames[meter.Draw(11, Surnames.Length)] + GivenNames[meter.Draw(12, GivenNames.Length)];

    /// <summary>Most were accepted a year before; some in the season, some not yet; some are in hardship, excluded, or moved to central heating in January.</summary>
    private static Household Household(CityMeter meter)
    {
        LocalDay? accepted = meter.Draw(3, 100) switch
        {
            0 => null,
            1 or 2 => LocalDay.On(2025, 12, 10),
            _ => LocalDay.On(2024, 10, 1),
        };
        var hardship = meter.Draw(4, 100) switch { < 6 => Hardship.Dibao, 6 => Hardship.Wubao, 7 => Hardship.Other, _ => Hardship.None };
        IReadOnlyList<Exclusion> exclusions = meter.Draw(5, 100) switch
        {
            0 => [new Exclusion(LocalDay.On(2024, 10, 1), null, ExclusionKind.PublicEmployee)],
            1 => [new Exclusion(LocalDay.On(2026, 1, 12), null, ExclusionKind.CentralHeating)],
            _ => [],
        };
        return new Household(
            HouseholdId(meter.Index), Name(meter), Village(meter.Index), meter.IsGas ? HeatingRoute.CoalToGas : HeatingRoute.CoalToElectricity,
            meter.Draw(6, 20) == 0 ? Conversion.Self : Conversion.Programme, accepted, hardship, "", exclusions);
    }

    private static IEnumerable<Division> Divisions(int households)
    {
        yield return new Division(Full(Province), "山西省", null);
        yield return new Division(Full(City), "运城市", Full(Province));
        for (var index = 0; index < households; index += VillageHouseholds)
        {
            var (village, code) = (index / VillageHouseholds, Village(index));
            var township = village / TownshipVillages;
            if (township % CountyTownships == 0 && village % TownshipVillages == 0) yield return new Division(Full(code[..6]), $"第{township / CountyTownships + 1}县", Full(City));
            if (village % TownshipVillages == 0) yield return new Division(Full(code[..9]), $"第{township + 1}乡", Full(code[..6]));
            yield return new Division(code, $"第{village + 1}村", Full(code[..9]));
        }
    }

    private static string Full(string prefix) => prefix.PadRight(12, '0');
}
