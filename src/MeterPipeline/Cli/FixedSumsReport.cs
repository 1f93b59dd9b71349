using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Cli;

/// <summary>Fixed sums as text, CSV or JSON. Lines end in LF; the same policy and counts give the same bytes.</summary>
internal sealed class FixedSumsReport(FixedSumPolicy policy, IReadOnlyList<FixedSumLine> lines)
{
    private static readonly JsonSerializerOptions ForPeople = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Chinese stays Chinese; the text goes into no page
    };

    /// <summary>Lines whose difference neither rounding nor truncation explains.</summary>
    public int Unexplained => lines.Count(line => line.IsUnexplained);

    public string Csv()
    {
        var csv = new StringBuilder("unit,name,routes,figure,computed,published,difference,finding,why\n");
        foreach (var line in lines)
            csv.AppendJoin(',', AccrualCsv.Quoted(line.Unit.Code), AccrualCsv.Quoted(line.Unit.Name), string.Join('+', Routes(line)), Word(line.Figure), Number(line, line.Computed),
                Number(line, line.Published), Number(line, line.Difference), Word(line.Finding), AccrualCsv.Quoted(line.Why)).Append('\n');
        return csv.ToString();
    }

    public string Json() => JsonSerializer.Serialize(new
    {
        policy = policy.Id,
        version = policy.Version,
        document = policy.Basis.Document,
        clause = policy.Basis.Clause,
        published = policy.Published?.Clause,
        unexplained = Unexplained,
        lines = lines.Select(line => new
        {
            unit = line.Unit.Code,
            name = line.Unit.Name,
            routes = Routes(line),
            figure = Word(line.Figure),
            computed = line.Computed,
            published = line.Published,
            difference = line.Difference,
            finding = Word(line.Finding),
            why = line.Why,
        }),
    }, ForPeople) + "\n";

    public string Text()
    {
        var text = new StringBuilder();
        Rule(text);
        foreach (var unit in lines.GroupBy(line => line.Unit))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{unit.Key.Code} {unit.Key.Name}\n");
            foreach (var line in unit)
            {
                var of = line.Routes.IsEmpty ? "" : $"  {string.Join(" + ", Routes(line))}:";
                text.Append(CultureInfo.InvariantCulture, $"  {Word(line.Figure),-11} {Number(line, line.Computed),15} ");
                if (line.Published is not null) text.Append(CultureInfo.InvariantCulture, $"{Number(line, line.Published),13} {Number(line, line.Difference),12} {Word(line.Finding),-10}");
                else text.Append(CultureInfo.InvariantCulture, $"{"",26} {(line.IsUnexplained ? Word(line.Finding) : ""),-10}");
                text.Append(CultureInfo.InvariantCulture, $"{of}  {line.Why}\n");
            }
        }
        text.Append(CultureInfo.InvariantCulture, $"\nColumns: computed, published, published less computed. {Unexplained} lines are different or impossible: neither rounding nor truncation explains them.\n");
        return text.ToString();
    }

    private void Rule(StringBuilder text)
    {
        var averaging = policy.Averaging;
        var all = averaging.Seasons.Sum(s => s.Parts);
        var seasons = averaging.Seasons.Select(s => HeatingSeason.NameOf(s.Autumn) + (averaging.Simple ? "" : $" {s.Parts}/{all}"));
        text.Append(CultureInfo.InvariantCulture, $"{policy.Id} v{policy.Version}  {policy.Title}\n");
        text.Append(CultureInfo.InvariantCulture, $"  basis       {policy.Basis.Document} {policy.Basis.Clause}, in force {policy.ValidFrom} to {policy.ValidTo?.ToString() ?? "its replacement"}, "
            + $"seasons from {HeatingSeason.NameOf(policy.FromAutumn)}{(policy.ToAutumn is { } last ? $" to {HeatingSeason.NameOf(last)}" : "")}\n");
        text.Append(CultureInfo.InvariantCulture, $"  households  {(averaging.Simple ? "simple" : "weighted")} average of {string.Join(", ", seasons)}; truncated: {Word(averaging.Truncation)}  [{averaging.Basis.Clause}]\n");
        foreach (var standard in policy.Standards)
        {
            var sums = standard.Yuan.OrderBy(y => y.Key).Select(y => $"{AccrualCsv.RouteName(y.Key)} {y.Value.ToString("0.##", CultureInfo.InvariantCulture)}");
            text.Append(CultureInfo.InvariantCulture, $"  {Word(standard.Component),-11} {string.Join(", ", sums)} yuan per household and year  [{standard.Basis.Clause}]\n");
            text.Append(CultureInfo.InvariantCulture, $"  {"",-11} paid by {string.Join(", ", standard.Payers.Select(p => $"{p.Level} ({p.Bears})"))}\n");
        }
        foreach (var excluded in policy.Exclusions) text.Append(CultureInfo.InvariantCulture, $"  excluded    {excluded.Text}  [{excluded.Clause}]\n");
        foreach (var reason in policy.Suspension) text.Append(CultureInfo.InvariantCulture, $"  held back   {reason.Text}  [{reason.Clause}]\n");
    }

    private static string[] Routes(FixedSumLine line) => [.. line.Routes.Routes.Select(AccrualCsv.RouteName)];

    /// <summary>Yuan with two decimals, households with what they have, thirds cut at six.</summary>
    private static string Number(FixedSumLine line, decimal? number) =>
        number?.ToString(line.Figure >= FixedSumFigure.Maintenance ? "0.00" : "0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
