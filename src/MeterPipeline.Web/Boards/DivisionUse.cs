using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Boards;

/// <summary>Sums of a division's households; money in fen.</summary>
internal sealed class DivisionUse
{
    private const decimal Fen = 100m;
    private readonly int[] kinds = new int[Enum.GetValues<UseKind>().Length];

    /// <summary>With anything to state.</summary>
    public int Households { get; private set; }

    public int OnHold { get; private set; }

    public int AtCap { get; private set; }

    /// <summary>Not at the cap, with the share of it used that the settings name.</summary>
    public int NearCap { get; private set; }

    /// <summary>With a claim, and no full day to foresee from.</summary>
    public int Unforeseen { get; private set; }

    private long operating;
    private long topUps;
    private long middle;
    private long low;
    private long high;

    public int Count(UseKind kind) => kinds[(int)kind];

    public decimal OperatingYuan => operating / Fen;

    public decimal TopUpsYuan => topUps / Fen;

    /// <summary>Operating subsidy and top-ups so far: what a budget is compared with.</summary>
    public decimal TotalYuan => (operating + topUps) / Fen;

    /// <summary>Both at the season's end.</summary>
    public decimal MiddleYuan => (middle + topUps) / Fen;

    public decimal LowYuan => (low + topUps) / Fen;

    public decimal HighYuan => (high + topUps) / Fen;

    public void Add(in UseRow row, int nearCapPerMille)
    {
        if (row.Kind == UseKind.None) return;
        Households++;
        kinds[(int)row.Kind]++;
        if (row.Holds > 0) OnHold++;
        if (row.Outlook.PerMille >= 1000) AtCap++;
        else if (row.Outlook.PerMille >= nearCapPerMille) NearCap++;
        if (!row.Foreseen && row.Kind != UseKind.NotMetered) Unforeseen++;
        operating += row.Operating;
        topUps += row.TopUps;
        middle += row.Middle;
        low += row.Low;
        high += row.High;
    }
}
