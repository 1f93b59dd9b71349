using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Tests.Golden;

/// <summary>The runs of a case: what each gave, and the money that moved. Every run through the case, named by its text, begins anew.</summary>
internal sealed class CaseSettlements
{
    private readonly Dictionary<string, Desk> desks = new(StringComparer.Ordinal);

    /// <summary><c>settle 2025-2026 -&gt; due 121.00 payable 121.00 held 1</c>: drafts a run over all households of the case.</summary>
    public Check Settle(CaseLine line)
    {
        var autumn = line.Season();
        var expected = Expected(line);
        return (books, statements, run) =>
        {
            if (!desks.TryGetValue(run, out var desk)) desks[run] = desk = new Desk();
            desk.Draft = [.. statements.HouseholdsOf("").Select(household => statements.Of(household, autumn)).OfType<HouseholdStatement>().Select(statement => LineDrawing.Of(statement, books.Registry, desk.HistoryOf(statement.Household.Id)))];
            foreach (var (key, value) in expected)
            {
                var found = key switch
                {
                    "due" => Money.Format(desk.Draft.Sum(settled => settled.Due.Total)),
                    "payable" => Money.Format(desk.Draft.Sum(settled => settled.Payable)),
                    "held" => $"{desk.Draft.Count(settled => settled.Held)}",
                    "lines" => $"{desk.Draft.Count}",
                    _ => throw line.Wrong($"'{key}' is no word of a run"),
                };
                Assert.True(Expectation.Same(value, found), $"{line.Place}: {key} {value} expected, {found} found{run}");
            }
        };
    }

    /// <summary><c>confirm</c>: the run drafted last counts from now on.</summary>
    public Check Confirm() => (_, _, run) => desks[run].Confirm();

    /// <summary><c>due H1 -1.20 before 121.00 adjustment recovery share-province -0.60 payable 0 advanced 0</c>: of the run drafted last.</summary>
    public Check Due(CaseLine line)
    {
        var (household, due) = (line.Word("household"), line.Word("amount due"));
        var expected = Expected(line).Prepend(("due", due)).ToList();
        return (_, _, run) =>
        {
            var settled = desks[run].Draft.Single(settled => settled.Household.Id == household);
            foreach (var (key, value) in expected)
            {
                var found = key switch
                {
                    "due" => Money.Format(settled.Due.Total),
                    "before" => Money.Format(settled.Before.Total),
                    "advanced" => Money.Format(settled.Advanced),
                    "payable" => Money.Format(settled.Payable),
                    "adjustment" => settled.Adjustment.ToString().ToLowerInvariant(),
                    ['s', 'h', 'a', 'r', 'e', '-', .. var level] => Money.Format(settled.Due.Shares.Single(share => share.Level == level).Yuan),
                    _ => throw line.Wrong($"'{key}' is no word of a line"),
                };
                Assert.True(Expectation.Same(value, found), $"{line.Place}: {household} {key} {value} expected, {found} found{run}");
            }
        };
    }

    /// <summary><c>advance H1 100.00</c>, or <c>payment</c>, <c>returned</c>, <c>recovered</c>; with <c>refused</c> where it cannot have been so.</summary>
    public Check Disburse(CaseLine line, DisbursementKind kind)
    {
        var (household, yuan, refused) = (line.Word("household"), line.Number("yuan"), line.Takes("refused"));
        return (_, _, run) =>
        {
            if (!desks.TryGetValue(run, out var desk)) desks[run] = desk = new Desk();
            Assert.True(desk.Disburse(household, kind, yuan) == refused, $"{line.Place}: {(refused ? "was taken" : "was refused")}{run}");
        };
    }

    /// <summary><c>owed H1 121.00</c>: what is still to be paid.</summary>
    public Check Owed(CaseLine line)
    {
        var (household, owed) = (line.Word("household"), line.Number("yuan"));
        return (_, _, run) =>
        {
            var found = desks[run].BalanceOf(household).Owed;
            Assert.True(owed == found, $"{line.Place}: {owed} expected, {found} found{run}");
        };
    }

    private static List<(string Key, string Value)> Expected(CaseLine line)
    {
        var expected = new List<(string, string)>();
        if (line.Takes("->") || line.More)
            while (line.More) expected.Add((line.Word("word"), line.Word("value")));
        return expected;
    }

    private sealed class Desk
    {
        private readonly Dictionary<string, SettledAmount> given = new(StringComparer.Ordinal);
        private readonly Dictionary<string, HouseholdBalance> balances = new(StringComparer.Ordinal);

        public List<SettlementLine> Draft { get; set; } = [];

        public HouseholdBalance BalanceOf(string household) => balances.GetValueOrDefault(household, HouseholdBalance.Zero);

        public LineHistory HistoryOf(string household) =>
            new("", given.GetValueOrDefault(household, SettledAmount.Nothing), BalanceOf(household).Ahead, null);

        public void Confirm()
        {
            foreach (var line in Draft)
            {
                var household = line.Household.Id;
                given[household] = given.GetValueOrDefault(household, SettledAmount.Nothing) + line.Due;
                balances[household] = BalanceOf(household) with { Entitled = given[household].Total };
            }
        }

        /// <returns>Whether it was refused.</returns>
        public bool Disburse(string household, DisbursementKind kind, decimal yuan)
        {
            var balance = BalanceOf(household);
            if (balance.Refusal(kind, yuan) is not null) return true;
            balances[household] = balance.After(kind, yuan);
            return false;
        }
    }
}
