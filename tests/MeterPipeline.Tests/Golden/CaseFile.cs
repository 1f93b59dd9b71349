using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Golden;

/// <summary>A case: stretches of readings, each followed by what must hold after it. The language is explained in cases/README.md.</summary>
internal sealed class CaseFile
{
    private static readonly string Folder = Repository.PathOf("tests", "MeterPipeline.Tests", "Golden", "cases");

    private readonly CaseRegistry registry = new();
    private readonly CaseArrivals arrivals = new();
    private readonly CaseSettlements settlements = new();

    /// <summary>A day on which every season of a case is over, unless it says otherwise.</summary>
    private static readonly LocalDay SeasonIsOver = LocalDay.On(2100, 1, 1);

    private CaseFile(string path)
    {
        foreach (var line in CaseLine.Read(path))
        {
            var word = line.Word("statement");
            if (word is "reading" or "series" && (Stretches.Count == 0 || Stretches[^1].Checks.Count > 0 || !Stretches[^1].Open)) Stretches.Add(new Stretch(registry.Snapshot()));
            switch (word)
            {
                case "household": Declare(() => registry.Household(line)); break;
                case "meter": Declare(() => registry.Meter(line, amend: false)); break;
                case "heated": Declare(() => registry.Heated(line)); break;
                case "amend":
                    line.Expect("meter");
                    Declare(() => registry.Meter(line, amend: true));
                    break;
                case "reading": Stretches[^1].Readings.Add(ReadingOf(line)); break;
                case "series": AddSeries(line, Stretches[^1].Readings); break;
                case "season": SeasonOf(line); break;
                case "day": DayOf(line); break;
                case "received": arrivals.Received(line); break;
                case "refused": arrivals.Refused(line); break;
                case "verdict": VerdictOf(line); break;
                case "rules": RulesOf(line); break;
                case "settle":
                    Settles = true;
                    Current().Checks.Add(settlements.Settle(line));
                    break;
                case "confirm": Current().Checks.Add(settlements.Confirm()); break;
                case "due": Current().Checks.Add(settlements.Due(line)); break;
                case "owed": Current().Checks.Add(settlements.Owed(line)); break;
                case "advance" or "payment" or "returned" or "recovered":
                    Current().Checks.Add(settlements.Disburse(line, Enum.Parse<DisbursementKind>(word, ignoreCase: true)));
                    break;
                default: throw line.Wrong($"'{word}' is no statement");
            }
            if (line.More) throw line.Wrong($"'{line.Word("")}' is one word too many");
        }
    }

    public List<Stretch> Stretches { get; } = [];

    /// <summary>What comes first matters to its later checks: runs follow each other.</summary>
    public bool Settles { get; private set; }

    /// <summary>Every case of the folder.</summary>
    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder, "*.case").Order(StringComparer.Ordinal).Select(file => Path.GetFileName(file));

    public static CaseFile Read(string name) => new(Path.Combine(Folder, name));

    private void Declare(Action declare)
    {
        declare();
        if (Stretches.Count > 0) Stretches[^1].Open = false;
    }

    /// <summary>The stretch that a check belongs to: a new one, without readings, where the registry has changed.</summary>
    private Stretch Current()
    {
        if (Stretches.Count == 0 || !Stretches[^1].Open) Stretches.Add(new Stretch(registry.Snapshot()));
        return Stretches[^1];
    }

    /// <summary><c>reading M7 2025-11-15T00:00 1200.00 rev 1 register T1 -&gt; accepted</c></summary>
    private SentReading ReadingOf(CaseLine line)
    {
        var (meter, time, value) = (registry.NumberOf(line.Word("meter")), line.Instant("time"), line.Register("value"));
        var (revision, register) = (0, Register.Total);
        Outcome? outcome = null;
        while (line.More)
        {
            if (line.Takes("rev")) revision = (int)line.Number("revision");
            else if (line.Takes("register")) register = line.Of<Register>("register");
            else if (line.Takes("->")) outcome = line.Of<Outcome>("outcome");
            else throw line.Wrong($"'{line.Word("clause")}' is no clause of a reading");
        }
        return new SentReading(line.Place, new Reading(meter, register, time, value, revision), outcome);
    }

    /// <summary><c>series M7 FROM UNTIL every 1d from 1000.00 by 12.34 register T1</c>: readings at FROM, FROM + 1 d, … up to UNTIL inclusive.</summary>
    private void AddSeries(CaseLine line, List<SentReading> into)
    {
        var (meter, time, until) = (registry.NumberOf(line.Word("meter")), line.Instant("first time"), line.Instant("last time"));
        line.Expect("every");
        var step = line.Word("interval");
        var stepMs = int.Parse(step[..^1]) * (step[^1] switch { 'd' => LocalDay.LengthMs, 'h' => 3_600_000, 'm' => 60_000, _ => throw line.Wrong($"'{step}' is no interval") });
        line.Expect("from");
        var value = line.Register("first register");
        line.Expect("by");
        var by = line.Register("consumption of an interval");
        var register = line.Takes("register") ? line.Of<Register>("register") : Register.Total;
        for (; time <= until; time += stepMs, value += by) into.Add(new SentReading(line.Place, new Reading(meter, register, time, value, 0), Outcome.Accepted));
    }

    private void SeasonOf(CaseLine line)
    {
        var (autumn, household) = (line.Season(), HouseholdOf(line));
        foreach (var expectation in Expectation.OfSeason(line))
            Current().Checks.Add((_, statements, run) => expectation.Check(statements.Of(household, autumn), run));
    }

    /// <summary><c>day M7 2025-12-01 -&gt; 12.3400 glitch+spike</c>: consumption and marks of a folded day; <c>-&gt; none</c>: nothing folded.</summary>
    private void DayOf(CaseLine line)
    {
        var (meter, day) = (registry.NumberOf(line.Word("meter")), line.Day("day"));
        line.Expect("->");
        var (consumed, marks) = (line.Word("consumption"), line.More ? line.Word("marks") : null);
        Current().Checks.Add((books, _, run) =>
        {
            var days = books.Days(meter, Register.Total, day, day);
            var found = days.Count == 0 ? "none" : Quantity.Format(days[0].Consumption);
            Assert.True(Expectation.Same(consumed, found), $"{line.Place}: {consumed} expected, {found} found{run}");
            var foundMarks = days.Count == 0 ? "none" : Expectation.MarksOf(days[0].Marks);
            Assert.True(marks is null || marks == foundMarks, $"{line.Place}: marks {marks} expected, {foundMarks} found{run}");
        });
    }

    /// <summary><c>verdict H7 M7 2025-12-01 gap today 2025-12-03 -&gt; failed</c>: or <c>passed</c>, or <c>skipped</c> and why.</summary>
    private void VerdictOf(CaseLine line)
    {
        var (household, meter, day, rule) = (HouseholdOf(line), line.Word("meter"), line.Day("day"), line.Of<RuleId>("rule"));
        var today = line.Takes("today") ? line.Day("today") : SeasonIsOver;
        line.Expect("->");
        var expected = line.Word("verdict") + (line.More ? " " + line.Word("reason") : "");
        Current().Checks.Add((books, statements, run) =>
        {
            var certificate = arrivals.Certificates(books, today).Of(statements.Of(household, HeatingSeason.AutumnOf(day))!);
            var found = certificate.Meters.SingleOrDefault(m => m.Meter.Id == meter)?[rule, day].ToString() ?? "no such meter";
            Assert.True(expected == found, $"{line.Place}: {expected} expected, {found} found{run}");
        });
    }

    /// <summary><c>rules 2025-2026 H7 -&gt; failed gap+stale skipped sum-check</c>: those that failed on any day, those that could be judged on none.</summary>
    private void RulesOf(CaseLine line)
    {
        var (autumn, household) = (line.Season(), HouseholdOf(line));
        line.Expect("->");
        var expected = new List<(string Key, string Names)>();
        while (line.More) expected.Add((line.Word("failed or skipped"), line.Word("rules")));
        Current().Checks.Add((books, statements, run) =>
        {
            var statement = statements.Of(household, autumn)!;
            var certificate = arrivals.Certificates(books, SeasonIsOver).Of(statement);
            Assert.Equal(statement.Holds, certificate.Failed.Where(outcome => outcome.Rule.Severity == Severity.Hold).Select(outcome => outcome.Rule.Name));
            foreach (var (key, names) in expected)
            {
                var rules = key switch { "failed" => certificate.Failed, "skipped" => certificate.Skipped, _ => throw line.Wrong($"'{key}' is neither failed nor skipped") };
                var found = string.Join('+', rules.Select(outcome => outcome.Rule.Name).DefaultIfEmpty("none"));
                Assert.True(names == found, $"{line.Place}: {key} {names} expected, {found} found{run}");
            }
        });
    }

    private Household HouseholdOf(CaseLine line)
    {
        var id = line.Word("household");
        return Current().Registry.Households.TryGetValue(id, out var known) ? known : throw line.Wrong($"household {id} is not declared");
    }

    /// <summary>Readings under one registry, then checks.</summary>
    internal sealed class Stretch(RegistrySnapshot registry)
    {
        public RegistrySnapshot Registry => registry;
        public List<SentReading> Readings { get; } = [];
        public List<Check> Checks { get; } = [];

        /// <summary>No declaration has come since.</summary>
        public bool Open { get; set; } = true;
    }
}

/// <summary>Something that must hold; <paramref name="run"/> says in which run, for the message.</summary>
internal delegate void Check(Domain.Books.Books books, Domain.Statements.Statements statements, string run);

/// <param name="Outcome">What must become of it in the order of the file; null: not said.</param>
internal sealed record SentReading(string Place, Reading Reading, Outcome? Outcome);
