using System.Text;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>A row of a readings file that was not taken.</summary>
public readonly record struct ReadingProblem(long Line, string Column, string Reason);

/// <param name="Problems">The first hundred.</param>
public sealed record ReadingsImportResult(long Rows, long Taken, long Rejected, IReadOnlyList<ReadingProblem> Problems);

/// <summary>
/// Backfill: a CSV with the columns <c>meter_id, ts, value</c> and optionally <c>register, rev</c> (headings also 表号, 时间, 示值, 费率, 版本)
/// goes into the journal like any message. Bad rows are named and left out. Importing a file twice changes no amount.
/// </summary>
public static class ReadingsCsv
{
    private const int RowsPerCommit = 50_000;
    private const int ProblemsShown = 100;
    private const int LineMax = 4_096;

    private static readonly string[][] Headings =
        [["meter_id", "表号"], ["ts", "时间"], ["value", "示值"], ["register", "费率"], ["rev", "版本"]];

    /// <param name="progress">Told the number of rows read.</param>
    /// <exception cref="InvalidDataException">The file as a whole cannot be read: not UTF-8, or a required heading is missing.</exception>
    public static ReadingsImportResult Import(ILedger ledger, Stream content, TimeProvider time, IntakeOptions options, Action<long> progress)
    {
        var import = new Run(ledger, new RegistryWatch(ledger, time), time, options);
        using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16, leaveOpen: true);
        try
        {
            var columns = Columns(reader.ReadLine());
            for (var line = 2L; reader.ReadLine() is { } text; line++)
            {
                if (text.Length == 0) continue;
                import.Row(line, text, columns);
                if (import.Rows % 2_000 == 0) progress(import.Rows);
            }
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"The file is not UTF-8 (after row {import.Rows}). Save it as UTF-8, for instance with: iconv -f GBK -t UTF-8. Rows before it may have been taken; importing again changes no amount.");
        }
        import.Commit();
        progress(import.Rows);
        return new ReadingsImportResult(import.Rows, import.Taken, import.Rejected, import.Problems);
    }

    private static int[] Columns(string? heading)
    {
        var names = (heading ?? "").Split(',').Select(n => n.Trim().Trim('"').TrimStart('\uFEFF')).ToArray();
        var columns = Headings.Select(known => Array.FindIndex(names, n => known.Contains(n, StringComparer.OrdinalIgnoreCase))).ToArray();
        for (var i = 0; i < 3; i++)
            if (columns[i] < 0) throw new InvalidDataException($"Line 1: the heading has no column {Headings[i][0]} ({Headings[i][1]}). Needed: meter_id, ts, value; optional: register, rev.");
        return columns;
    }

    private sealed class Run(ILedger ledger, RegistryWatch registry, TimeProvider time, IntakeOptions options)
    {
        private readonly IntakeBatch batch = new();
        private readonly MeterDirectory directory = registry.Directory;
        private readonly CommitRows commit = new(ledger.Partitions, registry);

        public long Rows { get; private set; }
        public long Taken { get; private set; }
        public long Rejected { get; private set; }
        public List<ReadingProblem> Problems { get; } = [];

        private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

        public void Row(long line, string text, int[] columns)
        {
            Rows++;
            if (Problem(text, columns, out var reading, out var company) is var (column, reason))
            {
                Rejected++;
                if (Problems.Count < ProblemsShown) Problems.Add(new ReadingProblem(line, column, reason));
                return;
            }
            batch.Add(reading);
            batch.Tally(company, 1, 0);
            if (batch.Count == RowsPerCommit) Commit();
        }

        public void Commit()
        {
            if (batch.IsEmpty) return;
            commit.Begin(batch.Count);
            commit.Add(batch);
            ledger.Record(commit.Finish(NowMs), []);
            Taken += batch.Count;
            batch.Clear();
        }

        private (string Column, string Reason)? Problem(string text, int[] columns, out Reading reading, out string company)
        {
            (reading, company) = (default, "");
            if (text.Length > LineMax) return ("", $"The line is longer than {LineMax} characters.");
            var fields = text.Split(',');
            string Field(int column) => columns[column] >= 0 && columns[column] < fields.Length ? fields[columns[column]].Trim().Trim('"') : "";
            if (!directory.TryFind(Encoding.UTF8.GetBytes(Field(0)), out var meter) || meter.Company < 0)
                return ("meter_id", $"Meter '{Field(0)}' is not registered. Import the meters first.");
            if (!Timestamp.TryParse(Encoding.UTF8.GetBytes(Field(1)), out var timeMs) && !Timestamp.TryParseEpoch(Encoding.UTF8.GetBytes(Field(1)), out timeMs))
                return ("ts", $"'{Field(1)}' is not a time. Use RFC 3339 with a zone, such as 2025-11-16T00:00:00+08:00, or epoch milliseconds.");
            if (timeMs > NowMs + options.FutureToleranceMinutes * 60_000L || timeMs < options.OldestDay.StartMs)
                return ("ts", $"{Field(1)} lies before {options.OldestDay} or in the future.");
            if (RegisterValue.Parse(Encoding.UTF8.GetBytes(Field(2)), out var value, out _) != ValueFault.None)
                return ("value", $"'{Field(2)}' is not a cumulative register of at most twelve integer digits.");
            if (!Enum.TryParse<Register>(Field(3) is "" ? "Total" : Field(3), ignoreCase: true, out var register) || !Enum.IsDefined(register))
                return ("register", $"'{Field(3)}' is not total, T1, T2, T3 or T4.");
            var revision = 0;
            if (Field(4) is { Length: > 0 } rev && (!int.TryParse(rev, out revision) || revision < 0)) return ("rev", $"'{rev}' is not a whole number from 0.");
            reading = new Reading(meter.MeterNo, register, timeMs, value, revision);
            company = directory.Companies[meter.Company];
            return null;
        }
    }
}
