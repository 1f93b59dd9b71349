using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>Divisions refer to each other, in any order: they are kept to the end of the file and checked together.</summary>
internal sealed class DivisionRows(RegistrySnapshot registry) : RowReader
{
    /// <summary>County, township, village… : deeper chains are loops.</summary>
    private const int MaxDepth = 16;

    private readonly Dictionary<string, (Division Division, long Line)> rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> verdicts = new(StringComparer.Ordinal);

    public override bool Streams => false;

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var code = row.DivisionCode("code", required: true, shortForms: true) ?? "";
        var name = row.Text("name", ImportLimits.NameChars);
        var parent = row.DivisionCode("parent", required: false, shortForms: true);
        if (name.Length == 0) row.Problem("name", "is empty: every division needs one");
        if (parent is not null && parent == code) row.Problem("parent", "the division is its own parent: give the next level up, or leave it empty at the top");
        if (rows.TryGetValue(code, out var earlier)) row.Problem("code", $"{code} stands in line {earlier.Line} already: keep one of the two");
        if (!row.Bad) rows.Add(code, (new Division(code, name, parent), row.Line));
    }

    public override void Finish(RegistryChange change, Action<RowProblem> rejected)
    {
        foreach (var (division, line) in rows.Values)
        {
            if (Fault(division.Code, 0) is { } fault) rejected(new RowProblem(line, "parent", fault));
            else change.Divisions.Add(division);
        }
    }

    /// <summary>Why a division does not hang on a known top, null when it does.</summary>
    private string? Fault(string code, int depth)
    {
        if (verdicts.TryGetValue(code, out var known)) return known;
        if (depth > MaxDepth) return $"the parents of this division lead round to itself, or more than {MaxDepth} levels up: correct them";
        var division = rows.TryGetValue(code, out var row) ? row.Division : registry.Divisions.GetValueOrDefault(code);
        var fault = division switch
        {
            // A level that nobody has imported (yet) is the top of what we know.
            null => depth == 0 ? $"division {code} is not accepted from this file" : null,
            { Parent: null } => null,
            { Parent: var parent } => Fault(parent, depth + 1),
        };
        verdicts[code] = fault;
        return fault;
    }
}
