using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Domain.Settlements;

/// <summary>Money of one household in a run, whole fen. Differences may be negative.</summary>
/// <param name="Operating">Operating subsidy 运行补贴, yuan.</param>
/// <param name="Hardship">All top-ups 困难补贴, yuan.</param>
/// <param name="Shares">Who bears the operating subsidy; empty where the documents do not say.</param>
public sealed record SettledAmount(decimal Operating, decimal Hardship, IReadOnlyList<BorneShare> Shares)
{
    public static SettledAmount Nothing { get; } = new(0, 0, []);

    public decimal Total => Operating + Hardship;

    public static SettledAmount operator +(SettledAmount a, SettledAmount b) => Combine(a, b, 1);

    public static SettledAmount operator -(SettledAmount a, SettledAmount b) => Combine(a, b, -1);

    public bool Equals(SettledAmount? other) =>
        other is not null && Operating == other.Operating && Hardship == other.Hardship && Shares.SequenceEqual(other.Shares);

    public override int GetHashCode() => HashCode.Combine(Operating, Hardship, Shares.Count);

    /// <summary>Levels in the order of the first, then those that only the second has: a rule may gain a level between runs.</summary>
    private static SettledAmount Combine(SettledAmount a, SettledAmount b, int sign)
    {
        if (ReferenceEquals(b, Nothing)) return a;
        if (b.Shares.Count == 0) return new SettledAmount(a.Operating + sign * b.Operating, a.Hardship + sign * b.Hardship, a.Shares);
        var shares = a.Shares.Select(share => share with { Yuan = share.Yuan + sign * YuanOf(b, share.Level) })
            .Concat(b.Shares.Where(share => a.Shares.All(known => known.Level != share.Level)).Select(share => share with { Yuan = sign * share.Yuan }));
        return new SettledAmount(a.Operating + sign * b.Operating, a.Hardship + sign * b.Hardship, [.. shares]);
    }

    private static decimal YuanOf(SettledAmount amount, string level) => amount.Shares.Where(share => share.Level == level).Sum(share => share.Yuan);
}
