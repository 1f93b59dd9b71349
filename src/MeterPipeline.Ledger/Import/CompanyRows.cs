using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

internal sealed class CompanyRows(RegistrySnapshot registry) : RowReader
{
    private readonly Dictionary<string, long> lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Energy> metered = registry.Meters.Values.SelectMany(m => m.Installations)
        .GroupBy(i => i.Company, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Energy, StringComparer.Ordinal);

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var company = new Company(row.Id("company"), row.Text("name", ImportLimits.NameChars), row.Word("energy", RegistryWords.Energy));
        if (company.Id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            row.Problem("company", $"\"{Columns.Shown(company.Id)}\" is a topic segment: use ASCII letters, digits, - _ .");
        if (!lines.TryAdd(company.Id, row.Line))
            row.Problem("company", $"{Columns.Shown(company.Id)} stands in line {lines[company.Id]} already: keep one of the two");
        if (metered.TryGetValue(company.Id, out var energy) && energy != company.Energy)
            row.Problem("energy", $"{Columns.Shown(company.Id)} has meters of {RegistryWords.Energy[energy]}: register the other energy as a company of its own");
        if (!row.Bad) change.Companies.Add(company);
    }
}
