namespace MeterPipeline.Domain.Usage;

/// <summary>What is to be said of a household's use of its conversion, in the order of the lists.</summary>
public enum UseKind : byte
{
    /// <summary>The registry's household has nothing to state in this season: not accepted, no route that earns.</summary>
    None,

    /// <summary>Used as it should be.</summary>
    InUse,

    /// <summary>Too few days to say anything.</summary>
    TooEarly,

    /// <summary>The register is known and has not moved since the claim began 改而不用.</summary>
    NeverUsed,

    /// <summary>It was used, and is no longer.</summary>
    Stopped,

    /// <summary>It uses a small share of what its peers use: coal may be burnt beside it 散煤复烧.</summary>
    FarBelow,

    /// <summary>No reading says anything: never taken for unused.</summary>
    NoData,

    /// <summary>The route has no meter.</summary>
    NotMetered,
}

/// <summary>Judges use. Pure.</summary>
public static class UseVerdict
{
    /// <param name="peersPerDay">Median of the peers, 0.0001 kWh or m³ per day; null: too few peers.</param>
    /// <param name="idlePerDay">A day's use up to this is none.</param>
    public static UseKind Of(in HouseholdUse use, long? peersPerDay, long idlePerDay, UsageSettings settings)
    {
        if (use.DueDays == 0) return UseKind.None;
        if (use.SilentDays >= settings.NoDataDays) return UseKind.NoData;
        if (use.LastCovered < 0) return UseKind.TooEarly;
        if (use.LastUse < 0) return use.IdleDays >= settings.NeverUsedDays ? UseKind.NeverUsed : UseKind.TooEarly;
        if (use.IdleDays >= settings.StoppedDays) return UseKind.Stopped;
        return IsFarBelow(use, peersPerDay, idlePerDay, settings) ? UseKind.FarBelow : UseKind.InUse;
    }

    /// <summary>Whether its last days may stand in a median of peers, or be held against one.</summary>
    public static bool CanBeCompared(in HouseholdUse use, UsageSettings settings) =>
        use.RecentDays * 2 >= settings.PeerDays && use.SilentDays < settings.NoDataDays;

    private static bool IsFarBelow(in HouseholdUse use, long? peersPerDay, long idlePerDay, UsageSettings settings) =>
        peersPerDay is { } median && median > idlePerDay && CanBeCompared(use, settings)
        && (Int128)use.Recent * 100 < (Int128)median * use.RecentDays * settings.FarBelowPercent;
}
