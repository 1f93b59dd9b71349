using MeterPipeline.Ingest;

namespace MeterPipeline.Bench;

/// <summary>How a pipeline stood at one moment of a load.</summary>
/// <param name="Seconds">Since the watch began.</param>
/// <param name="Recorded">Readings in the journal since the start.</param>
/// <param name="Lag">Of these, not folded yet.</param>
/// <param name="RowsUnflushed">Journal rows after the stored fold.</param>
public sealed record PipelineSample(
    double Seconds, long Recorded, long Lag, long RowsUnflushed, long JournalMiB, long JournalWalMiB, long LedgerMiB, long LedgerWalMiB, long RssMiB)
{
    /// <summary>Samples of half a minute: fewer say nothing.</summary>
    public const int Enough = 6;

    /// <summary>Of a reading in the journal: nine bytes, and what pages leave empty.</summary>
    private const long JournalBytes = 12;

    /// <summary>Of a meter in a flush, which is one transaction: its open day, the one before, and its year.</summary>
    private const long FlushBytes = 512;

    /// <summary>What must not go on growing, its unit, and what it may hold with so many meters before that is asked.</summary>
    private static readonly (string Name, string Unit, Func<int, long> Free, Func<PipelineSample, long> Of)[] Bounded =
    [
        ("readings recorded but not folded", "", _ => Recorder.UnfoldedReadingsDefault, sample => sample.Lag),
        ("the journal with its WAL", " MiB", JournalMiBPromised, sample => sample.JournalMiB + sample.JournalWalMiB),
        ("the ledger's WAL", " MiB", meters => 256 + (FlushBytes * meters >> 20), sample => sample.LedgerWalMiB),
    ];

    /// <summary>
    /// What grew without bound: its most in the last third is more than a quarter above its most before. What grows steadily is half
    /// above; what has come to rest is not. Fewer samples than <see cref="Enough"/> say nothing.
    /// </summary>
    /// <param name="meters">How many the load has: a flush writes each of them, so that the more there are, the later it comes.</param>
    public static IEnumerable<string> Growing(IReadOnlyList<PipelineSample> samples, int meters)
    {
        if (samples.Count < Enough) yield break;
        var early = samples.Count * 2 / 3;
        foreach (var (name, unit, free, of) in Bounded)
        {
            var (before, late) = (samples.Take(early).Max(of), samples.Skip(early).Max(of));
            if (late > free(meters) && late > before + before / 4)
                yield return $"{name}: at most {before:N0}{unit} in the first two thirds, {late:N0}{unit} in the last";
        }
    }

    /// <summary>What the pipeline promises to keep at most: one flush on its way, one more to come, and what waits to be folded.</summary>
    private static long JournalMiBPromised(int meters) => (2 * Accruer.UnflushedMax(meters) + Recorder.UnfoldedReadingsDefault) * JournalBytes >> 20;
}
