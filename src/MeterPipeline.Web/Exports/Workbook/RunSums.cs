using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>Sums over lines of one place. Money adds up the households' rounded amounts, so every level equals the sum of the level below.</summary>
/// <param name="Division">12-digit code of the place.</param>
internal sealed record RunSums(string Division, string County, string Township, string Village)
{
    private readonly Dictionary<string, decimal> shares = new(StringComparer.Ordinal);

    public int Households { get; private set; }

    /// <summary>享受户数: with an amount accrued.</summary>
    public int Benefiting { get; private set; }

    /// <summary>零用量户数: metered, and nothing counted.</summary>
    public int Unused { get; private set; }

    public int Capped { get; private set; }

    public int InHardship { get; private set; }

    public int Held { get; private set; }

    /// <summary>0.0001 kWh.</summary>
    public long Electricity { get; private set; }

    /// <summary>0.0001 m³.</summary>
    public long Gas { get; private set; }

    public decimal Operating { get; private set; }

    public decimal Hardship { get; private set; }

    public decimal Before { get; private set; }

    /// <summary>What held lines would be due.</summary>
    public decimal Waiting { get; private set; }

    public decimal Adjusted { get; private set; }

    public decimal Due { get; private set; }

    public decimal Advanced { get; private set; }

    public decimal Payable { get; private set; }

    /// <summary>Yuan by level of finance, of what is due.</summary>
    public IReadOnlyDictionary<string, decimal> Shares => shares;

    public void Add(RunLine line)
    {
        var (accrued, metered) = (line.Line.Accrued, line.Use.Energy);
        Households++;
        if (accrued.Total > 0) Benefiting++;
        if (metered is not null && line.Use.Eligible == 0) Unused++;
        if (line.Reckoning.CapReached) Capped++;
        if (line.Household.Hardship != Domain.Registry.Hardship.None) InHardship++;
        if (line.Line.Held) Held++;
        if (metered == Energy.Electricity) Electricity += line.Use.Eligible;
        if (metered == Energy.Gas) Gas += line.Use.Eligible;
        Operating += accrued.Operating;
        Hardship += accrued.Hardship;
        Before += line.Line.Before.Total;
        Waiting += line.Waiting;
        Adjusted += line.Adjusted;
        Due += line.Due.Total;
        Advanced += line.Line.Advanced;
        Payable += line.Payable;
        foreach (var share in line.Due.Shares) shares[share.Level] = shares.GetValueOrDefault(share.Level) + share.Yuan;
    }

    public void Add(RunSums place)
    {
        Households += place.Households;
        Benefiting += place.Benefiting;
        Unused += place.Unused;
        Capped += place.Capped;
        InHardship += place.InHardship;
        Held += place.Held;
        Electricity += place.Electricity;
        Gas += place.Gas;
        Operating += place.Operating;
        Hardship += place.Hardship;
        Before += place.Before;
        Waiting += place.Waiting;
        Adjusted += place.Adjusted;
        Due += place.Due;
        Advanced += place.Advanced;
        Payable += place.Payable;
        foreach (var (level, yuan) in place.Shares) shares[level] = shares.GetValueOrDefault(level) + yuan;
    }

    /// <summary>Whether these are the totals that the run was stored with.</summary>
    public bool Equal(RunTotals totals) =>
        Households == totals.Households && Held == totals.Held && Payable == totals.Payable && Due == totals.Due.Total
        && Operating == totals.Accrued.Operating && Hardship == totals.Accrued.Hardship && Before == totals.Before.Total;
}
