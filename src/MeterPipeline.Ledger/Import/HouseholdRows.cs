using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>
/// A household may have several rows that differ in the exclusion columns only: each adds an interval, wherever in the file it stands.
/// A file without these columns leaves exclusions as they are stored.
/// </summary>
internal sealed class HouseholdRows(RegistrySnapshot registry) : RowReader
{
    private readonly Dictionary<string, (Household Household, long Line)> seen = new(StringComparer.Ordinal);

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var division = row.DivisionCode("division", required: true);
        var read = new Household(
            row.Id("household_id"), row.Text("name", ImportLimits.NameChars), division ?? "", row.Word("route", RegistryWords.Route),
            row.Word("conversion", RegistryWords.Conversion, Conversion.Programme), row.Day("accepted_on"),
            row.Word("hardship", RegistryWords.Hardship, Hardship.None), row.Text("note", ImportLimits.NoteChars), []);
        if (division is not null && !registry.Divisions.TryGetValue(division, out var known))
            row.Problem("division", $"division {division} is not registered: import divisions first, or correct the code");
        else if (division is not null) read = read with { Division = registry.Divisions[division].Code };
        var exclusion = Exclusion(row);
        if (row.Bad) return;

        if (seen.TryGetValue(read.Id, out var earlier))
        {
            read = Merge(row, earlier.Household, earlier.Line, read, exclusion);
        }
        else
        {
            IReadOnlyList<Exclusion> stored = row.Has("excluded_from") ? [] : registry.Households.GetValueOrDefault(read.Id)?.Exclusions ?? [];
            read = read with { Exclusions = exclusion is null ? stored : [exclusion] };
        }
        if (row.Bad) return;
        seen[read.Id] = (read, row.Line);
        change.Households.Add(read);
    }

    private static Household Merge(RegistryRow row, Household earlier, long line, Household read, Exclusion? exclusion)
    {
        if (read with { Exclusions = earlier.Exclusions } != earlier)
            row.Problem("household_id", $"{read.Id} stands in line {line} with other values: only the exclusion columns may differ");
        else if (exclusion is null || earlier.Exclusions.Contains(exclusion))
            row.Problem("household_id", $"{read.Id} repeats line {line}: remove the row, or give another exclusion");
        else if (earlier.Exclusions.Count == 0)
            row.Problem("household_id", $"{read.Id} stands in line {line} without an exclusion: give that row this exclusion, or remove it");
        else
            return earlier with { Exclusions = [.. earlier.Exclusions.Append(exclusion).OrderBy(e => e.From)] };
        return read;
    }

    private static Exclusion? Exclusion(RegistryRow row)
    {
        var from = row.Day("excluded_from");
        var until = row.Day("excluded_to");
        var word = row.Text("exclusion");
        if (from is null)
        {
            if (until is not null || word.Length > 0) row.Problem("excluded_from", "is empty though excluded_to or exclusion is given: give the first day excluded");
            return null;
        }
        if (until <= from) row.Problem("excluded_to", $"{until} is not after excluded_from {from}: it is the first day eligible again");
        return new Exclusion(from.Value, until, row.Word("exclusion", RegistryWords.Exclusion));
    }
}
