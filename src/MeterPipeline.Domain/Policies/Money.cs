namespace MeterPipeline.Domain.Policies;

/// <summary>Named roundings of yuan.</summary>
public static class Money
{
    /// <summary>To the fen, half up (away from zero for corrections below zero).</summary>
    public static decimal RoundToFen(decimal yuan) => decimal.Round(yuan, 2, MidpointRounding.AwayFromZero);

    /// <summary>Two decimals with a point.</summary>
    public static string Format(decimal yuan) => RoundToFen(yuan).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
