using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Domain.Settlements;

/// <summary>What a run says of its lines together. Tallies of parts, added in the order of the lines, are the tally of the whole. Not thread-safe.</summary>
public sealed class RunTally
{
    private readonly SortedSet<(string Id, int Version)> policies = [];
    private readonly AmountSum accrued = new(), before = new(), due = new();
    private int held;
    private decimal payable;

    public int Lines { get; private set; }

    /// <summary>Those that some line was reckoned by, ordered.</summary>
    public IReadOnlyCollection<(string Id, int Version)> Policies => policies;

    public RunTotals Totals => new(Lines, held, accrued.Amount, before.Amount, due.Amount, payable);

    public void Add(SettlementLine line)
    {
        Lines++;
        if (line.Held) held++;
        if (line.Reckoning.Policy.Length > 0) policies.Add((line.Reckoning.Policy, line.Reckoning.Version));
        accrued.Add(line.Accrued);
        before.Add(line.Before);
        due.Add(line.Due);
        payable += line.Payable;
    }

    /// <summary>Adds the lines that come next.</summary>
    public void Add(RunTally next)
    {
        Lines += next.Lines;
        held += next.held;
        policies.UnionWith(next.policies);
        accrued.Add(next.accrued.Amount);
        before.Add(next.before.Amount);
        due.Add(next.due.Amount);
        payable += next.payable;
    }

    /// <summary>A sum of amounts, levels in the order in which they first came.</summary>
    private sealed class AmountSum
    {
        private readonly List<BorneShare> shares = [];
        private decimal operating, hardship;

        public SettledAmount Amount => new(operating, hardship, [.. shares]);

        public void Add(SettledAmount amount)
        {
            operating += amount.Operating;
            hardship += amount.Hardship;
            for (var i = 0; i < amount.Shares.Count; i++) Add(i, amount.Shares[i]);
        }

        /// <param name="likely">Where the level probably stands: lines of a run name them in the same order.</param>
        private void Add(int likely, BorneShare share)
        {
            var at = likely < shares.Count && shares[likely].Level == share.Level ? likely : shares.FindIndex(known => known.Level == share.Level);
            if (at < 0) shares.Add(share);
            else shares[at] = share with { Yuan = shares[at].Yuan + share.Yuan };
        }
    }
}
