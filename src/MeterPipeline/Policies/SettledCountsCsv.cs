using System.Globalization;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Policies;

/// <summary>
/// Settled households 财政清算户数 as CSV in UTF-8: <c>season, unit, route, households</c> (采暖季, 单位, 改造路径, 户数), one line for each season,
/// unit and route of a policy. A route that a unit never had may be left out; a season of one that it had may not.
/// </summary>
public static class SettledCountsCsv
{
    private const int LineMax = 1_000;

    private const string BelowCounty = "000000";

    private static readonly string[][] Headings = [["season", "采暖季"], ["unit", "单位"], ["route", "改造路径"], ["households", "户数"]];

    private static readonly Dictionary<string, string> Chinese = new()
    {
        ["煤改电"] = "coal-to-electricity",
        ["煤改气"] = "coal-to-gas",
        ["煤改生物质"] = "coal-to-biomass",
        ["煤改醇"] = "coal-to-methanol",
    };

    /// <param name="file">Name for messages.</param>
    /// <exception cref="PolicyException">Every problem with its place.</exception>
    public static IReadOnlyDictionary<SettledKey, long> Read(string file, Stream content, FixedSumPolicy policy)
    {
        var run = new Run(file, policy);
        try
        {
            using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
            run.Heading(reader.ReadLine());
            for (var line = 2; run.GoesOn && reader.ReadLine() is { } text; line++)
                if (text.Length > 0) run.Row(line, text);
        }
        catch (DecoderFallbackException)
        {
            run.Problems.Add(new PolicyProblem(file, 0, 0, "The file is not UTF-8", "Save it as UTF-8, for instance with: iconv -f GBK -t UTF-8."));
        }
        if (run.Problems.Count == 0) run.CheckComplete();
        return run.Problems.Count == 0 ? run.Counts : throw new PolicyException(run.Problems);
    }

    private sealed class Run(string file, FixedSumPolicy policy)
    {
        /// <summary>A wrong file need not be told wrong in every line.</summary>
        private const int ProblemsMax = 100;

        private int[] columns = [];
        private int headings;

        public List<PolicyProblem> Problems { get; } = [];

        public Dictionary<SettledKey, long> Counts { get; } = [];

        /// <summary>Whether more lines can be understood, and are worth it.</summary>
        public bool GoesOn => columns.Length > 0 && Problems.Count < ProblemsMax;

        public void Heading(string? heading)
        {
            var names = (heading ?? "").Split(',').Select(n => n.Trim().Trim('"').TrimStart('\uFEFF')).ToArray();
            var found = Headings.Select(known => Array.FindIndex(names, n => known.Contains(n, StringComparer.OrdinalIgnoreCase))).ToArray();
            for (var i = 0; i < found.Length; i++)
                if (found[i] < 0) Report(1, 1, $"The heading has no column {Headings[i][0]} ({Headings[i][1]})", "Needed: season, unit, route, households.");
                else if (names.Count(n => Headings[i].Contains(n, StringComparer.OrdinalIgnoreCase)) > 1)
                    Report(1, 1, $"The heading has the column {Headings[i][0]} ({Headings[i][1]}) twice", "Remove one.");
            if (Problems.Count == 0) (columns, headings) = (found, names.Length);
        }

        public void Row(int line, string text)
        {
            var before = Problems.Count;
            var fields = text.Length <= LineMax ? text.Split(',') : [];
            if (fields.Length <= columns.Max())
            {
                Report(line, 1, text.Length > LineMax ? $"The line is longer than {LineMax} characters" : $"The line has {fields.Length} fields", "Write season, unit, route, households.");
                return;
            }
            if (fields.Length > headings || fields.Any(field => field.Count(c => c == '"') % 2 == 1))
            {
                // 1,234 would be read as 1, in quotes too.
                Report(line, 1, $"The line has more fields than the heading, {headings}, or a comma inside one", "Write numbers without grouping and fields without commas.");
                return;
            }
            var (season, unit, route, households) = (Season(line, fields), Unit(line, fields), Route(line, fields), Households(line, fields));
            if (Problems.Count > before) return;
            if (!Counts.TryAdd(new SettledKey(season, unit, route), households))
                Report(line, 1, $"{HeatingSeason.NameOf(season)}, {unit} and {AccrualCsv.RouteName(route)} stand in an earlier line too", "Remove one.");
        }

        /// <summary>A count that was forgotten would make the average smaller without a word.</summary>
        public void CheckComplete()
        {
            foreach (var unit in policy.Units)
            {
                var routes = Counts.Keys.Where(k => k.Unit == unit.Code).Select(k => k.Route).Distinct().Order().ToList();
                if (routes.Count == 0) Report(0, 0, $"Unit {unit.Code} {unit.Name} has no line", "Add its settled households of every season and route.");
                foreach (var route in routes)
                    foreach (var season in policy.Averaging.Seasons)
                        if (!Counts.ContainsKey(new SettledKey(season.Autumn, unit.Code, route)))
                            Report(0, 0, $"No line for {HeatingSeason.NameOf(season.Autumn)}, {unit.Code} {unit.Name}, {AccrualCsv.RouteName(route)}", "Add it, with 0 if no household was settled.");
            }
        }

        private int Season(int line, string[] fields)
        {
            if (HeatingSeason.TryParseName(Field(fields, 0), out var autumn) && policy.Averaging.Seasons.Any(s => s.Autumn == autumn)) return autumn;
            Wrong(line, fields, 0, "is no season that the policy averages", string.Join(", ", policy.Averaging.Seasons.Select(s => HeatingSeason.NameOf(s.Autumn))));
            return 0;
        }

        private string Unit(int line, string[] fields)
        {
            var written = Field(fields, 1);
            var code = written.Length == 12 && written.EndsWith(BelowCounty, StringComparison.Ordinal) ? written[..6] : written;
            if (policy.Units.Any(u => u.Code == code)) return code;
            Wrong(line, fields, 1, "is no unit of the policy", string.Join(", ", policy.Units.Select(u => $"{u.Code} {u.Name}")));
            return code;
        }

        private HeatingRoute Route(int line, string[] fields)
        {
            var written = Field(fields, 2);
            if (RuleReader.Routes.TryGetValue(Chinese.GetValueOrDefault(written, written), out var route) && policy.Routes.Contains(route)) return route;
            Wrong(line, fields, 2, "is no route that has a standard", string.Join(", ", policy.Routes.Select(AccrualCsv.RouteName)));
            return default;
        }

        private long Households(int line, string[] fields)
        {
            if (long.TryParse(Field(fields, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var households) && households <= PublishedReader.MaxHouseholds) return households;
            Wrong(line, fields, 3, "is no number of households", $"whole numbers from 0 to {PublishedReader.MaxHouseholds}");
            return 0;
        }

        private string Field(string[] fields, int which) => fields[columns[which]].Trim().Trim('"');

        private void Wrong(int line, string[] fields, int which, string what, string known) =>
            Report(line, fields.Take(columns[which]).Sum(f => f.Length + 1) + 1, $"'{Field(fields, which)}' {what}", $"Known: {known}.");

        private void Report(int line, int column, string message, string remedy) => Problems.Add(new PolicyProblem(file, line, column, message, remedy));
    }
}
