using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// Finance's lists of a run: one pass over its lines fills all sheets at the same time, each into a compressed part of its own, so that memory
/// does not grow with the households. The same run gives the same bytes.
/// </summary>
public static class RunWorkbook
{
    /// <summary>Rows that a sheet can have, in every program that reads the format.</summary>
    public const int RowsMax = 1_048_576;

    /// <summary>Lines that a sheet takes at a time: so many that it seldom waits, a megabyte or so; a few times as many are in memory.</summary>
    private const int ChunkLines = 512;

    private const int MarkChars = 16;

    /// <summary>Writes the workbook (XLSX).</summary>
    /// <param name="folder">For temporary files, readable by their owner only: a tenth of a kilobyte for each line.</param>
    /// <param name="progress">Told the number of lines taken so far.</param>
    /// <param name="rowsMax">Rows of a sheet; what goes beyond stands in a further one.</param>
    /// <returns>Number of lines.</returns>
    /// <exception cref="InvalidDataException">The lines do not add up to the run's totals: one of them is damaged.</exception>
    public static int Write(RunExport export, Stream into, string folder, Action<int> progress, int rowsMax = RowsMax)
    {
        var proof = export.Provisional ? $"{RunTexts.Provisional}，未签字确认" : $"校验 {export.Run.ContentHash[..Math.Min(MarkChars, export.Run.ContentHash.Length)]}";
        var marks = new PageMarks($"{export.Place}{export.Season}采暖季　{export.Label}", proof);
        using var book = new XlsxBook(folder, $"{export.Place}{export.Season} {export.Label}", export.Run.AtMs, marks, rowsMax);
        return Fill(book, export, into, progress);
    }

    /// <summary>Writes the same sheets as CSV files in a ZIP archive.</summary>
    /// <param name="folder">For temporary files, readable by their owner only.</param>
    /// <param name="progress">Told the number of lines taken so far.</param>
    /// <returns>Number of lines.</returns>
    /// <exception cref="InvalidDataException">The lines do not add up to the run's totals: one of them is damaged.</exception>
    public static int WriteCsv(RunExport export, Stream into, string folder, Action<int> progress)
    {
        using var book = new CsvBook(folder);
        return Fill(book, export, into, progress);
    }

    private static int Fill(ISheetBook book, RunExport export, Stream into, Action<int> progress)
    {
        var summary = new SummarySheets(book, export);
        RunSheet[] sheets =
        [
            new DetailSheet(book, export), new PayoutSheet(book, export), new NoticeSheet(book, export), summary, new EnterpriseSheet(book, export),
            new AdjustmentSheet(book, export), new SignOffSheet(book, export, summary.All),
        ];
        var count = 0;
        Ahead.Give(Rows(), sheets.Select<RunSheet, Action<RunLine[]>>(sheet => rows => Array.ForEach(rows, sheet.Add)));
        if (export.Stored) Check(export.Run, summary.All);
        foreach (var sheet in sheets) sheet.End();
        book.Finish(into);
        return count;

        IEnumerable<RunLine[]> Rows()
        {
            foreach (var lines in export.Lines.Chunk(ChunkLines))
            {
                yield return Array.ConvertAll(lines, line => new RunLine(++count, line));
                progress(count);
            }
        }
    }

    /// <summary>What is signed must be what was drafted.</summary>
    private static void Check(SettlementRun run, RunSums sums)
    {
        if (run.Lines != sums.Households || !sums.Equal(run.Totals))
            throw new InvalidDataException($"Run {run.Id} has {sums.Households} lines and {sums.Due} yuan due, but was stored with {run.Lines} lines and {run.Totals.Due.Total} yuan: its lines are damaged. Restore the ledger from a backup, then verify it.");
    }
}
