using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Boards;

/// <summary>
/// What the boards keep of one household's season: about a hundred bytes beside the registry's own, so that 160,000 households take some 20 MB.
/// Money in fen.
/// </summary>
internal readonly record struct UseRow
{
    private const decimal Fen = 100m;
    private const long None = -1;

    public required Household Household { get; init; }

    /// <summary>First day of its season.</summary>
    public LocalDay First { get; private init; }

    public HouseholdUse Use { get; private init; }

    /// <summary>Operating subsidy so far.</summary>
    public long Operating { get; private init; }

    public long TopUps { get; private init; }

    /// <summary>Operating subsidy foreseen for the season's end.</summary>
    public long Middle { get; private init; }

    public long Low { get; private init; }

    public long High { get; private init; }

    public CapOutlook Outlook { get; private init; }

    public Energy Energy { get; private init; }

    public char Grade { get; private init; }

    /// <summary>Holds that stand.</summary>
    public byte Holds { get; private init; }

    /// <summary>Whether any full day is known to foresee from.</summary>
    public bool Foreseen { get; private init; }

    /// <summary>Judged once all peers are known.</summary>
    public UseKind Kind { get; init; }

    private long Cap { get; init; }

    public decimal OperatingYuan => Operating / Fen;

    public decimal? CapYuan => Cap == None ? null : Cap / Fen;

    public LocalDay? LastUse => Day(Use.LastUse);

    public LocalDay? LastReading => Day(Use.LastCovered);

    /// <summary>When the cap was or will be reached; null: not in this season.</summary>
    public LocalDay? CapDay => Day(Outlook.Day);

    /// <param name="statement">Null: there is nothing to state.</param>
    /// <param name="today">The day under way.</param>
    public static UseRow Of(Household household, HouseholdStatement? statement, LocalDay today, UsageSettings settings)
    {
        if (statement is null) return new UseRow { Household = household, Cap = None };
        var (quantity, season, accrual) = (statement.Quantity, statement.Season, statement.Accrual);
        var until = Math.Min(today.Number - 1, season.Last.Number) - season.First.Number;
        var use = HouseholdUse.Of(quantity, until, settings.IdlePerDay(statement.Energy ?? Energy.Electricity), settings.PeerDays);
        var forecast = Foresee(accrual, quantity.Claims, use);
        return new UseRow
        {
            Household = household,
            First = season.First,
            Use = use,
            Operating = InFen(accrual?.Operating ?? 0),
            TopUps = InFen(accrual?.Hardship ?? 0),
            Cap = accrual?.MoneyCap is { } cap ? InFen(cap) : None,
            Middle = InFen(forecast.Middle),
            Low = InFen(forecast.Low),
            High = InFen(forecast.High),
            Foreseen = forecast.Days > 0,
            Outlook = accrual is null ? CapOutlook.None : CapOutlook.Of(
                accrual.Operating, accrual.MoneyCap, accrual.CapReached, accrual.CapDay, forecast.PerDay, quantity.Claims, use.LastCovered),
            Energy = statement.Energy ?? Energy.Electricity,
            Grade = quantity.Grade,
            Holds = (byte)Math.Min(byte.MaxValue, statement.Holds.Count),
            Kind = statement.Energy is null ? UseKind.NotMetered : UseKind.InUse,
        };
    }

    private static SeasonForecast Foresee(Accrual? accrual, IReadOnlyList<bool> claims, in HouseholdUse use)
    {
        if (accrual is null) return default;
        Span<decimal> earned = claims.Count <= 400 ? stackalloc decimal[claims.Count] : new decimal[claims.Count];
        accrual.PerDay(earned);
        return SeasonForecast.Of(earned, claims, use, accrual.Operating, accrual.MoneyCap);
    }

    private static long InFen(decimal yuan) => (long)(Money.RoundToFen(yuan) * Fen);

    private LocalDay? Day(int index) => index < 0 ? null : new LocalDay(First.Number + index);
}
