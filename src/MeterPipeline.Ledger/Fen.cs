namespace MeterPipeline.Ledger;

/// <summary>Yuan as the tables keep them.</summary>
internal static class Fen
{
    private const decimal PerYuan = 100;

    public static long Of(decimal yuan) => decimal.ToInt64(yuan * PerYuan);

    public static decimal Yuan(long fen) => fen / PerYuan;
}
