using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Boards;

/// <summary>Lists of households that ask for somebody's attention.</summary>
internal enum UseList : byte
{
    /// <summary>Never used, stopped and far below, together.</summary>
    Suspects,
    NeverUsed,
    Stopped,
    FarBelow,
    NoData,
    NearCap,
    AtCap,

    /// <summary>Near or at the cap.</summary>
    Caps,
}

internal static class UseLists
{
    /// <summary>Those of conversion in use.</summary>
    public static IReadOnlyList<UseList> OfUse { get; } = [UseList.Suspects, UseList.NeverUsed, UseList.Stopped, UseList.FarBelow, UseList.NoData];

    public static IReadOnlyList<UseList> OfCaps { get; } = [UseList.Caps, UseList.AtCap, UseList.NearCap];

    public static bool Includes(UseList list, in UseRow row, UsageSettings settings) => row.Kind != UseKind.None && list switch
    {
        UseList.Suspects => row.Kind is UseKind.NeverUsed or UseKind.Stopped or UseKind.FarBelow,
        UseList.NeverUsed => row.Kind == UseKind.NeverUsed,
        UseList.Stopped => row.Kind == UseKind.Stopped,
        UseList.FarBelow => row.Kind == UseKind.FarBelow,
        UseList.NoData => row.Kind == UseKind.NoData,
        UseList.AtCap => row.Outlook.PerMille >= 1000,
        UseList.NearCap => row.Outlook.PerMille < 1000 && row.Outlook.PerMille >= settings.NearCapPercent * 10,
        _ => row.Outlook.PerMille >= settings.NearCapPercent * 10,
    };

    /// <summary>What stands first: the longest idle or silent, the greatest share of the cap.</summary>
    public static int Weight(UseList list, in UseRow row) => list switch
    {
        UseList.Suspects => (row.Kind == UseKind.NeverUsed ? 2_000 : row.Kind == UseKind.Stopped ? 1_000 : 0) + row.Use.IdleDays,
        UseList.NoData => row.Use.SilentDays,
        UseList.FarBelow => 0,
        UseList.NeverUsed or UseList.Stopped => row.Use.IdleDays,
        _ => row.Outlook.PerMille,
    };

    public static int Count(DivisionUse sum, UseList list) => list switch
    {
        UseList.Suspects => sum.Count(UseKind.NeverUsed) + sum.Count(UseKind.Stopped) + sum.Count(UseKind.FarBelow),
        UseList.NeverUsed => sum.Count(UseKind.NeverUsed),
        UseList.Stopped => sum.Count(UseKind.Stopped),
        UseList.FarBelow => sum.Count(UseKind.FarBelow),
        UseList.NoData => sum.Count(UseKind.NoData),
        UseList.AtCap => sum.AtCap,
        UseList.NearCap => sum.NearCap,
        _ => sum.AtCap + sum.NearCap,
    };
}
