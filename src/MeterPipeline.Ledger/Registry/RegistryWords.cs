using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Registry;

/// <summary>The words of the registry's enumerations, as CSV files, the audit and the API write them, with the Chinese ones understood too.</summary>
public static class RegistryWords
{
    public static WordList<Energy> Energy { get; } = new(
        (Domain.Registry.Energy.Electricity, "electricity", ["电", "电力", "用电"]),
        (Domain.Registry.Energy.Gas, "gas", ["气", "燃气", "天然气", "用气"]));

    public static WordList<HeatingRoute> Route { get; } = new(
        (HeatingRoute.CoalToElectricity, "coal-to-electricity", ["煤改电", "电代煤"]),
        (HeatingRoute.CoalToGas, "coal-to-gas", ["煤改气", "气代煤"]),
        (HeatingRoute.CoalToBiomass, "coal-to-biomass", ["煤改生物质", "生物质"]),
        (HeatingRoute.CoalToMethanol, "coal-to-methanol", ["煤改醇", "煤改甲醇"]),
        (HeatingRoute.CentralHeating, "central-heating", ["集中供热", "集中供暖"]));

    public static WordList<Conversion> Conversion { get; } = new(
        (Domain.Registry.Conversion.Programme, "programme", ["统一改造", "整村推进", "政府改造"]),
        (Domain.Registry.Conversion.Self, "self", ["自行改造", "自行改造用户", "自改"]));

    public static WordList<Hardship> Hardship { get; } = new(
        (Domain.Registry.Hardship.None, "none", ["无", "否", "一般户"]),
        (Domain.Registry.Hardship.Dibao, "dibao", ["低保户", "低保"]),
        (Domain.Registry.Hardship.Wubao, "wubao", ["五保户", "五保", "特困", "特困人员"]),
        (Domain.Registry.Hardship.Other, "other", ["其他", "其他困难群众"]));

    public static WordList<ExclusionKind> Exclusion { get; } = new(
        (ExclusionKind.CentralHeating, "central-heating", ["集中供热", "集中供暖"]),
        (ExclusionKind.PublicEmployee, "public-employee", ["公职人员"]),
        (ExclusionKind.Idle, "idle", ["闲置弃用", "闲置", "弃用"]),
        (ExclusionKind.Other, "other", ["其他"]));

    public static WordList<Serves> Serves { get; } = new(
        (Domain.Registry.Serves.Heating, "heating", ["采暖", "供暖", "取暖"]),
        (Domain.Registry.Serves.WholeHouse, "whole-house", ["全屋", "全户", "合表"]),
        (Domain.Registry.Serves.VillageCentralHeating, "village-central-heating", ["村集中供暖", "区域集中供暖", "集中供暖"]));

    public static WordList<DisbursementKind> Disbursement { get; } = new(
        (DisbursementKind.Advance, "advance", ["预发", "预付"]),
        (DisbursementKind.Payment, "payment", ["发放", "补发"]),
        (DisbursementKind.Returned, "returned", ["退票"]),
        (DisbursementKind.Recovered, "recovered", ["追回", "退回"]));
}

/// <summary>One enumeration's words. Immutable.</summary>
public sealed class WordList<T> where T : struct, Enum
{
    private readonly Dictionary<string, T> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<T, string> words = [];

    internal WordList(params (T Value, string Word, string[] Chinese)[] entries)
    {
        foreach (var (value, word, chinese) in entries)
        {
            words.Add(value, word);
            values.Add(word, value);
            foreach (var other in chinese) values.Add(other, value);
        }
        Choice = string.Join(", ", entries.Select(e => $"{e.Word} ({e.Chinese[0]})"));
    }

    /// <summary>All words, for a message: <c>electricity (电), gas (气)</c>.</summary>
    public string Choice { get; }

    /// <summary>The English word.</summary>
    public string this[T value] => words[value];

    /// <summary>Reads an English (any case) or Chinese word.</summary>
    public bool TryParse(string text, out T value) => values.TryGetValue(text, out value);
}
