using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Boards;

/// <summary>How far one company's meters are read, as of the day before the board was drawn or the season's last.</summary>
internal sealed class CompanyLine(Company company)
{
    /// <summary>Days of lag told apart; a season is shorter.</summary>
    private const int MostDays = 200;

    private readonly int[] lags = new int[MostDays + 1];

    public Company Company => company;

    /// <summary>Meters in service at households with a claim so far.</summary>
    public int Meters { get; private set; }

    /// <summary>Of these, without any reading on a day with a claim.</summary>
    public int Never { get; private set; }

    /// <summary>Meter days with a claim.</summary>
    public long DueDays { get; private set; }

    /// <summary>Of these, without a reading.</summary>
    public long MissingDays { get; private set; }

    /// <summary>Per cent of meter days with a claim that have a reading, one decimal, cut; null: none is due.</summary>
    public decimal? CoveragePercent => DueDays == 0 ? null : Math.Floor((DueDays - MissingDays) * 1000m / DueDays) / 10;

    public void Add(in HouseholdUse use)
    {
        Meters++;
        DueDays += use.DueDays;
        MissingDays += use.DueDays - use.CoveredDays;
        if (use.LastCovered < 0) Never++;
        else lags[Math.Min(MostDays, (int)use.SilentDays)]++;
    }

    /// <summary>Meters whose newest reading lies that many days back, bounds included.</summary>
    public int Behind(int least, int most)
    {
        var count = 0;
        for (var day = least; day <= Math.Min(most, MostDays); day++) count += lags[day];
        return count;
    }

    /// <summary>Days of lag that this share of the meters with readings stays within; null: none has any.</summary>
    public int? Percentile(int percent)
    {
        var all = Meters - Never;
        if (all == 0) return null;
        var (day, seen) = (0, lags[0]);
        while ((long)seen * 100 < (long)all * percent) seen += lags[++day];
        return day;
    }
}

internal static class CompanyBoard
{
    /// <summary>Companies with meters at these households, ordered by id.</summary>
    public static IReadOnlyList<CompanyLine> Of(RegistrySnapshot registry, ReadOnlySpan<UseRow> rows)
    {
        var lines = new SortedDictionary<string, CompanyLine>(StringComparer.Ordinal);
        foreach (ref readonly var row in rows)
        {
            if (row.Kind is UseKind.None or UseKind.NotMetered) continue;
            foreach (var meter in registry.MetersOf(row.Household.Id))
            {
                var installation = meter.Current;
                if (installation.HouseholdId != row.Household.Id || installation.Energy != row.Energy || installation.RemovedAtMs is not null) continue;
                if (!lines.TryGetValue(installation.Company, out var line))
                {
                    var company = registry.Companies.GetValueOrDefault(installation.Company) ?? new Company(installation.Company, installation.Company, installation.Energy);
                    lines[installation.Company] = line = new CompanyLine(company);
                }
                line.Add(row.Use);
            }
        }
        return [.. lines.Values];
    }
}
