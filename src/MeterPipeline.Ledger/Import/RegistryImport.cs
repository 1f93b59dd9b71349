namespace MeterPipeline.Ledger.Import;

/// <summary>Which registry file: its columns follow from it.</summary>
public enum RegistryFile { Divisions, Companies, Households, Meters, Aliases, HeatedHouseholds, Payees, Disbursements }

/// <param name="Line">Line of the file on which the row ends, from 1; the heading is line 1.</param>
/// <param name="Column">The English column name; empty where the whole row or file is meant.</param>
/// <param name="Reason">What is wrong and what to do.</param>
public readonly record struct RowProblem(long Line, string Column, string Reason);

/// <summary>How far an import is. Bytes count what was read, not what was stored.</summary>
public readonly record struct ImportProgress(long Rows, long Bytes, long TotalBytes);

/// <param name="Rows">Data rows read, the heading not counted.</param>
/// <param name="Rejected">Rows not taken.</param>
/// <param name="ProblemCount">All problems; a row may have several.</param>
/// <param name="Problems">The first of them, at most <see cref="ImportLimits.ProblemsShown"/>.</param>
/// <param name="Notes">Harmless remarks: ignored columns.</param>
/// <param name="Moved">Somebody else changed the registry meanwhile: the rest of the file was not stored.</param>
public sealed record RegistryImportResult(
    long Rows, long Added, long Changed, long Unchanged, long Rejected, long ProblemCount, IReadOnlyList<RowProblem> Problems, IReadOnlyList<string> Notes,
    bool Moved = false)
{
    public bool Clean => ProblemCount == 0;
}

/// <summary>What an import would do.</summary>
/// <param name="Version">Of the registry that the file was compared with.</param>
/// <param name="Changes">The first of what the audit would say, in order of the file, at most <see cref="ImportLimits.ChangesShown"/>; without actor and time.</param>
public sealed record RegistryPreview(RegistryImportResult Result, long Version, IReadOnlyList<AuditRow> Changes);

/// <summary>Limits of registry files, each with its reason.</summary>
public static class ImportLimits
{
    /// <summary>One transaction: a few hundred milliseconds, so that a running pipeline never waits long for the ledger.</summary>
    public const int BatchRows = 10_000;

    /// <summary>More would hide the first under the last; all are counted.</summary>
    public const int ProblemsShown = 100;

    /// <summary>Changes that a preview keeps: what a person reads through before a click.</summary>
    public const int ChangesShown = 200;

    /// <summary>Characters of any field, and bytes of a row: twice the longest that makes sense, and no more memory than that.</summary>
    public const int FieldChars = 4096;
    public const int RecordBytes = 64 << 10;

    /// <summary>Identifiers go into topics, tags and file names.</summary>
    public const int IdChars = 64;

    /// <summary>Characters of a name or a note: the width of finance's printed lists, generously.</summary>
    public const int NameChars = 200;
    public const int NoteChars = 1000;

    /// <summary>Rows between two reports of progress.</summary>
    public const int ProgressRows = 2_000;
}
