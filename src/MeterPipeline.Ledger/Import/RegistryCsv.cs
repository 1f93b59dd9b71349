using CsvHelper;

namespace MeterPipeline.Ledger.Import;

/// <summary>
/// Imports registry files, payees and disbursements (<see cref="Columns"/>). Good rows are taken in batches, bad ones reported and left
/// out; a file that cannot be read as a whole (encoding, heading) is refused before anything is stored. Importing a file twice changes
/// nothing the second time.
/// </summary>
public sealed class RegistryCsv
{
    private readonly ILedger ledger;
    private readonly RegistryFile file;
    private readonly string actor;
    private readonly long atMs;
    private readonly List<RowProblem> problems = [];
    private readonly List<string> notes = [];
    private long rows, rejected, problemCount, added, changed, unchanged;

    private RegistryCsv(ILedger ledger, RegistryFile file, string actor, long atMs)
    {
        this.ledger = ledger;
        this.file = file;
        this.actor = actor;
        this.atMs = atMs;
    }

    /// <param name="content">The file, seekable; read twice, left open.</param>
    /// <param name="actor">Who imports, for the audit.</param>
    /// <param name="atMs">Now, ms since the epoch.</param>
    /// <param name="progress">Called on this thread every <see cref="ImportLimits.ProgressRows"/> rows and at the end.</param>
    /// <exception cref="LedgerException">The ledger failed; batches before it are stored.</exception>
    /// <exception cref="OperationCanceledException">Between two rows; batches before it are stored.</exception>
    public static RegistryImportResult Import(
        ILedger ledger, RegistryFile file, Stream content, string actor, long atMs, Action<ImportProgress>? progress = null,
        CancellationToken cancel = default)
    {
        var import = new RegistryCsv(ledger, file, actor, atMs);
        if (Utf8Check.Find(content) is { } fault) import.Report(fault);
        else import.Read(content, progress, cancel);
        return new RegistryImportResult(
            import.rows, import.added, import.changed, import.unchanged, import.rejected, import.problemCount, import.problems, import.notes);
    }

    private void Read(Stream content, Action<ImportProgress>? progress, CancellationToken cancel)
    {
        CsvMalformedReason? malformed = null;
        using var csv = CsvReader.Create(content, new CsvReaderOptions
        {
            Separator = ',',
            HasHeader = false,
            AllowLineBreaksInQuotes = false, // one unclosed quote must not swallow the rows after it
            MaxRecordSize = ImportLimits.RecordBytes,
            TrackLineNumbers = true,
            OnMalformedRecord = record => malformed = record.Reason,
        }, leaveOpen: true);
        if (Heading(csv) is not { } columns) return;
        using var view = ledger.OpenView();
        ReadRows(csv, columns, Reader(view), () => Exchange(ref malformed), progress, content.Length, cancel);
    }

    private void ReadRows(
        CsvReader csv, Dictionary<string, int> columns, RowReader reader, Func<CsvMalformedReason?> malformed,
        Action<ImportProgress>? progress, long totalBytes, CancellationToken cancel)
    {
        var headings = csv.FieldCount;
        var row = new RegistryRow(columns);
        var change = new RegistryChange();
        var pending = 0;
        malformed();
        while (Next(csv))
        {
            cancel.ThrowIfCancellationRequested();
            rows++;
            row.Set(csv.Current.ToArray(), csv.LineNumber);
            if (malformed() is { } reason)
                row.Problem("", $"its quotes are wrong ({reason}): put a field with commas or quotes in quotes, double the quotes inside, no line breaks");
            if (row.ExtraAfter(headings))
                row.Problem("", $"has {csv.FieldCount} fields, the heading {headings}: a comma inside a field needs quotes around it");
            if (!row.Bad) reader.Read(row, change);
            if (row.Bad) Reject(row.Problems);
            if (reader.Streams && ++pending >= ImportLimits.BatchRows) (change, pending) = (Store(reader, change), 0);
            if (rows % ImportLimits.ProgressRows == 0) progress?.Invoke(new ImportProgress(rows, csv.ByteOffset, totalBytes));
        }
        reader.Finish(change, problem => Reject([problem]));
        Store(reader, change);
        progress?.Invoke(new ImportProgress(rows, totalBytes, totalBytes));
    }

    private bool Next(CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException e)
        {
            rejected++;
            Report(new RowProblem(csv.LineNumber + 1, "", $"the rest of the file was not read, rows before were taken: {e.Message}"));
            return false;
        }
    }

    private Dictionary<string, int>? Heading(CsvReader csv)
    {
        if (!Next(csv))
        {
            if (problemCount == 0) Report(new RowProblem(1, "", $"the file is empty: line 1 of a {Columns.Word(file)} file names its columns"));
            return null;
        }
        var found = new List<RowProblem>();
        var columns = Columns.Locate(file, csv.Current.ToArray(), found, notes);
        found.ForEach(Report);
        return found.Count == 0 ? columns : null;
    }

    private static CsvMalformedReason? Exchange(ref CsvMalformedReason? malformed)
    {
        var seen = malformed;
        malformed = null;
        return seen;
    }

    private RowReader Reader(ILedgerView view)
    {
        var registry = view.Registry();
        return file switch
        {
            RegistryFile.Divisions => new DivisionRows(registry),
            RegistryFile.Companies => new CompanyRows(registry),
            RegistryFile.Households => new HouseholdRows(registry),
            RegistryFile.Meters => new MeterRows(registry),
            RegistryFile.Aliases => new AliasRows(registry, view),
            RegistryFile.HeatedHouseholds => new HeatedRows(registry),
            RegistryFile.Payees => new PayeeRows(registry),
            RegistryFile.Disbursements => new DisbursementRows(registry),
            _ => throw new InvalidOperationException($"No reader for {file}."),
        };
    }

    private RegistryChange Store(RowReader reader, RegistryChange change)
    {
        var result = reader.Store(ledger, change, actor, atMs, problem => Reject([problem]));
        added += result.Added;
        changed += result.Changed;
        unchanged += result.Unchanged;
        return new RegistryChange();
    }

    private void Reject(List<RowProblem> found)
    {
        rejected++;
        found.ForEach(Report);
    }

    private void Report(RowProblem problem)
    {
        problemCount++;
        if (problems.Count < ImportLimits.ProblemsShown) problems.Add(problem);
    }
}
