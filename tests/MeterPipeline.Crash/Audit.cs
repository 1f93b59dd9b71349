using System.Text.Json;
using MeterFleet;
using MeterPipeline.Domain;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash;

/// <param name="Acknowledged">Distinct readings of acknowledged messages.</param>
/// <param name="Lost">Of these, not stored.</param>
/// <param name="Double">Stored or counted more than once.</param>
/// <param name="Amounts">Lines of the accruals that differ from those of an undisturbed ledger.</param>
/// <param name="Problems">Whatever else must not be: sentences.</param>
internal sealed record AuditResult(int Acknowledged, int Lost, int Double, int Amounts, IReadOnlyList<string> Problems);

/// <summary>
/// Compares what publishers remember with what a stranger sees of the ledger: <c>export readings</c>, <c>export accruals</c>, <c>verify</c>,
/// <c>status</c>. The undisturbed ledger is a SQLite one into which <c>import readings</c> brought the same readings.
/// </summary>
internal static class Audit
{
    private const string Heading = "meter_id,ts,value,register,rev";

    public static AuditResult Run(PipelineProgram program, IEnumerable<FleetMessage> acknowledged, Template template, TempFolder folder, Mutation mutation)
    {
        var expected = acknowledged.SelectMany(SentReading.Of).Select(Line).ToHashSet(StringComparer.Ordinal);
        var calm = Task.Run(() => Undisturbed(expected, template, folder));
        var problems = new List<string>();
        var stored = Lines(Verb(program, "export", "readings"));
        var accruals = Lines(Verb(program, "export", "accruals", "--season", "2025-2026"));
        Mutate(mutation, stored, accruals);
        var distinct = stored.ToHashSet(StringComparer.Ordinal);
        var foreign = distinct.Count(line => !expected.Contains(line));
        if (foreign > 0) problems.Add($"{foreign} readings are stored that nobody sent");
        var (code, output, errors) = program.Verb("verify");
        if (code != 0) problems.Add($"verify: {output}{errors}");
        var counted = Counted(program, problems);
        if (counted < distinct.Count) problems.Add($"status counts {counted} readings, stored are {distinct.Count}");
        return new AuditResult(expected.Count, expected.Count(line => !distinct.Contains(line)),
            stored.Count - distinct.Count + (int)Math.Max(0, counted - distinct.Count), Differences(calm.GetAwaiter().GetResult(), accruals), problems);
    }

    /// <summary>The accruals of the same readings, told in one piece.</summary>
    private static List<string> Undisturbed(IEnumerable<string> readings, Template template, TempFolder folder)
    {
        var calm = new PipelineProgram(Directory.CreateDirectory(folder.At("calm")).FullName);
        template.CopyTo(calm.Data);
        File.WriteAllLines(folder.At("acknowledged.csv"), readings.Order(StringComparer.Ordinal).Prepend(Heading));
        var (code, output, errors) = calm.Verb("import", "readings", folder.At("acknowledged.csv"));
        if (code != 0) throw new CrashFailure($"The readings cannot be imported into an undisturbed ledger: {output}{errors}");
        return Lines(Verb(calm, "export", "accruals", "--season", "2025-2026"));
    }

    /// <summary>Readings that were new when they came, by the counters; they must add up, and nothing may be pending.</summary>
    private static long Counted(PipelineProgram program, List<string> problems)
    {
        using var status = JsonDocument.Parse(Verb(program, "status", "--json"));
        var readings = status.RootElement.GetProperty("readings");
        if (!status.RootElement.GetProperty("balanced").GetBoolean()) problems.Add($"status does not add up: {readings}");
        if (readings.GetProperty("pending").GetInt64() != 0) problems.Add($"status: readings are pending after an orderly stop: {readings}");
        return readings.GetProperty("accepted").GetInt64() + readings.GetProperty("conflict").GetInt64();
    }

    private static int Differences(List<string> calm, List<string> found) =>
        Enumerable.Range(0, Math.Max(calm.Count, found.Count)).Count(i => i >= calm.Count || i >= found.Count || calm[i] != found[i]);

    private static void Mutate(Mutation mutation, List<string> stored, List<string> accruals)
    {
        if (mutation == Mutation.Lose) stored.RemoveAt(stored.Count / 2);
        if (mutation == Mutation.Double) stored.Add(stored[stored.Count / 2]);
        if (mutation == Mutation.Amount) accruals[accruals.Count / 2] += "0";
    }

    private static string Line(SentReading reading) =>
        $"{reading.Meter},{LocalTime.Format(reading.TimeMs)},{Quantity.Format(reading.Value)},{reading.Register},{reading.Revision}";

    /// <summary>Without the heading.</summary>
    private static List<string> Lines(string csv) => [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    private static string Verb(PipelineProgram program, params string[] arguments)
    {
        var (code, output, errors) = program.Verb(arguments[0] == "export" ? [.. arguments, "--out", "-"] : arguments);
        return code == 0 ? output : throw new CrashFailure($"{string.Join(' ', arguments)} exits with {code}: {errors}");
    }
}
