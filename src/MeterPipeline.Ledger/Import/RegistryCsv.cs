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
    private readonly List<RowProblem> problems = [];
    private readonly List<string> notes = [];
    private long rows, rejected, problemCount, added, changed, unchanged;
    private Func<RowReader, RegistryChange, Action<RowProblem>, RegistryChangeResult> store = (_, _, _) => throw new InvalidOperationException("Nothing stores yet.");
    private Action<RowProblem>? refused;
    private long? onlyAt;
    private bool moved;

    private RegistryCsv(ILedger ledger, RegistryFile file) => (this.ledger, this.file) = (ledger, file);

    /// <param name="content">The file, seekable; read twice, left open.</param>
    /// <param name="actor">Who imports, for the audit.</param>
    /// <param name="atMs">Now, ms since the epoch.</param>
    /// <param name="progress">Called on this thread every <see cref="ImportLimits.ProgressRows"/> rows and at the end.</param>
    /// <param name="onlyAt">The version of the registry that was previewed: where somebody else has changed it since, nothing more is stored. Null: any.</param>
    /// <exception cref="LedgerException">The ledger failed; batches before it are stored.</exception>
    /// <exception cref="OperationCanceledException">Between two rows; batches before it are stored.</exception>
    public static RegistryImportResult Import(
        ILedger ledger, RegistryFile file, Stream content, string actor, long atMs, Action<ImportProgress>? progress = null,
        CancellationToken cancel = default, long? onlyAt = null)
    {
        var import = new RegistryCsv(ledger, file) { store = (reader, change, rejected) => reader.Store(ledger, change, actor, atMs, rejected), onlyAt = onlyAt };
        if (Utf8Check.Find(content) is { } fault) import.Report(fault);
        else import.Open(content, view => import.Reader(view), progress, cancel);
        return import.Result();
    }

    /// <summary>What <see cref="Import"/> would do with the registry as it is now: the same reading of the file, and nothing written.</summary>
    /// <param name="refused">Told every problem, in order, beyond those that the result keeps.</param>
    /// <exception cref="OperationCanceledException">Between two rows.</exception>
    public static RegistryPreview Preview(
        ILedger ledger, RegistryFile file, Stream content, Action<RowProblem>? refused = null, Action<ImportProgress>? progress = null,
        CancellationToken cancel = default)
    {
        var import = new RegistryCsv(ledger, file) { refused = refused };
        PreviewStore? preview = null;
        var version = ledger.RegistryVersion();
        if (Utf8Check.Find(content) is { } fault) import.Report(fault);
        else
        {
            import.Open(content, view =>
            {
                version = view.Registry().Version;
                preview = new PreviewStore(view.Registry(), view);
                import.store = (_, change, _) => preview.Put(change);
                return import.Reader(view);
            }, progress, cancel);
        }
        return new RegistryPreview(import.Result(), version, preview?.Changes ?? []);
    }

    private RegistryImportResult Result() => new(rows, added, changed, unchanged, rejected, problemCount, problems, notes, moved);

    private void Open(Stream content, Func<ILedgerView, RowReader> reader, Action<ImportProgress>? progress, CancellationToken cancel)
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
        ReadRows(csv, columns, reader(view), () => Exchange(ref malformed), progress, content.Length, cancel);
    }

    private void ReadRows(
        CsvReader csv, Dictionary<string, int> columns, RowReader reader, Func<CsvMalformedReason?> malformed,
        Action<ImportProgress>? progress, long totalBytes, CancellationToken cancel)
    {
        var headings = csv.FieldCount;
        var row = new RegistryRow(columns);
        var change = Empty();
        var pending = 0;
        malformed();
        while (!moved && Next(csv))
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
        if (!moved) Store(reader, change);
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
        var result = store(reader, change, problem => Reject([problem]));
        moved = result.Moved;
        if (onlyAt is not null) onlyAt = result.Version;
        added += result.Added;
        changed += result.Changed;
        unchanged += result.Unchanged;
        return Empty();
    }

    private RegistryChange Empty() => new() { OnlyAt = onlyAt };

    private void Reject(List<RowProblem> found)
    {
        rejected++;
        found.ForEach(Report);
    }

    private void Report(RowProblem problem)
    {
        problemCount++;
        refused?.Invoke(problem);
        if (problems.Count < ImportLimits.ProblemsShown) problems.Add(problem);
    }
}
