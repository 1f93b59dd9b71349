namespace MeterPipeline.Domain.Policies;

public enum RoundingMode : byte { HalfUp, HalfEven, Down, Up }

/// <summary>How often a season's amount is rounded.</summary>
public enum RoundingStage : byte { Season, Month, Day }

/// <summary>A policy's rounding of yuan; no source states one, so the default is half up to the fen, once per season and component.</summary>
/// <param name="Unit">0.01, 0.1 or 1 yuan.</param>
public sealed record Rounding(decimal Unit, RoundingMode Mode, RoundingStage Stage)
{
    public static Rounding Default { get; } = new(0.01m, RoundingMode.HalfUp, RoundingStage.Season);

    /// <summary>One amount of yuan, not negative, to the unit.</summary>
    public decimal Apply(decimal yuan) => Unit * Mode switch
    {
        RoundingMode.HalfEven => decimal.Round(yuan / Unit, 0, MidpointRounding.ToEven),
        RoundingMode.Down => decimal.Floor(yuan / Unit),
        RoundingMode.Up => decimal.Ceiling(yuan / Unit),
        _ => decimal.Round(yuan / Unit, 0, MidpointRounding.AwayFromZero),
    };

    /// <summary>As a policy file writes it: <c>fen half-up, once per season</c>.</summary>
    public override string ToString()
    {
        var unit = Unit switch { 0.01m => "fen", 0.1m => "jiao", _ => "yuan" };
        var mode = Mode switch { RoundingMode.HalfUp => "half-up", RoundingMode.HalfEven => "half-even", RoundingMode.Down => "down", _ => "up" };
        return $"{unit} {mode}, once per {Stage.ToString().ToLowerInvariant()}";
    }
}
