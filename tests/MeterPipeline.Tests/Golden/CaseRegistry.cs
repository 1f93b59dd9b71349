using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Golden;

/// <summary>Households and meters as a case has declared them so far.</summary>
internal sealed class CaseRegistry
{
    private readonly Dictionary<string, Household> households = [];
    private readonly Dictionary<string, List<Installation>> meters = [];
    private readonly List<string> numbers = [];
    private readonly List<HeatedCount> heated = [];
    private long version;

    public RegistrySnapshot Snapshot() => new(
        ++version, [], [], households.Values, meters.Select(m => new Meter(NumberOf(m.Key), m.Key, [.. m.Value])), [.. heated]);

    public int NumberOf(string meter) => numbers.IndexOf(meter) is >= 0 and var at ? at + 1 : throw new InvalidOperationException($"Meter {meter} is not declared.");

    /// <summary><c>household H7 coal-to-electricity 140802101201 accepted 2025-10-01 hardship dibao excluded FROM..UNTIL KIND</c></summary>
    public void Household(CaseLine line)
    {
        var (id, route, division) = (line.Word("household"), line.Of<HeatingRoute>("route"), line.Word("division"));
        LocalDay? accepted = null;
        var hardship = Hardship.None;
        var exclusions = new List<Exclusion>();
        while (line.More)
        {
            if (line.Takes("accepted")) accepted = line.Day("day of acceptance");
            else if (line.Takes("hardship")) hardship = line.Of<Hardship>("hardship");
            else if (line.Takes("excluded"))
            {
                var (from, until) = line.Range("exclusion");
                exclusions.Add(new Exclusion(from, until, line.Of<ExclusionKind>("kind of exclusion")));
            }
            else throw line.Wrong($"'{line.Word("clause")}' is no clause of a household");
        }
        households[id] = new Household(id, id, division, route, Conversion.Programme, accepted, hardship, "", exclusions);
    }

    /// <summary><c>heated E1 2025-11-15 50</c>: actually heated households from a day on.</summary>
    public void Heated(CaseLine line) => heated.Add(new HeatedCount(line.Word("enterprise"), line.Day("first day"), (int)line.Number("households")));

    /// <summary><c>meter M7 of H7 electricity installed T opening R removed T closing R digits N decimals N capacity C multiplier K serves S heats N</c></summary>
    /// <param name="amend">The row replaces what was known of the meter; otherwise it is a further life of it.</param>
    public void Meter(CaseLine line, bool amend)
    {
        var id = line.Word("meter");
        line.Expect("of");
        var life = new Installation(id, line.Word("household"), "company", line.Of<Energy>("energy"), null, null, null, 1, null, null, null, null, Serves.WholeHouse, 0);
        while (line.More)
        {
            if (line.Takes("installed")) life = life with { InstalledAtMs = line.Instant("time of installation") };
            else if (line.Takes("opening")) life = life with { Opening = line.Register("opening register") };
            else if (line.Takes("removed")) life = life with { RemovedAtMs = line.Instant("time of removal") };
            else if (line.Takes("closing")) life = life with { Closing = line.Register("closing register") };
            else if (line.Takes("digits")) life = life with { RegisterDigits = (int)line.Number("digits") };
            else if (line.Takes("decimals")) life = life with { Decimals = (int)line.Number("decimals") };
            else if (line.Takes("capacity")) life = life with { Capacity = line.Register("capacity") };
            else if (line.Takes("multiplier")) life = life with { Multiplier = line.Number("multiplier") };
            else if (line.Takes("heats")) life = life with { HeatedHouseholds = (int)line.Number("heated households") };
            else if (line.Takes("serves")) life = life with { Serves = line.Of<Serves>("use") };
            else throw line.Wrong($"'{line.Word("clause")}' is no clause of a meter");
        }
        if (!numbers.Contains(id)) numbers.Add(id);
        if (amend || !meters.TryGetValue(id, out var lives)) meters[id] = lives = [];
        lives.Add(life);
    }
}
