using System.Diagnostics;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;

namespace MeterPipeline.Crash;

/// <summary>Who folds which partition, as the ledger tells it while an episode of several nodes runs.</summary>
internal sealed class Sharing(string connectionString) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(300);

    private readonly PostgresLedger _ledger = PostgresLedger.Open(new PostgresOptions(connectionString));

    /// <summary>Until every partition is folded by one of these.</summary>
    public Task SharedAsync(IReadOnlyList<Node> nodes) => UntilAsync("is not taken over", state => IsHeld(state, nodes));

    /// <summary>Until these have folded everything recorded; meant for a load that has ended.</summary>
    public Task FoldedAsync(IReadOnlyList<Node> nodes) => UntilAsync("is not folded to its end", state => IsHeld(state, nodes) && state.Folded == state.Head);

    public void Dispose() => _ledger.Dispose();

    private static bool IsHeld(PartitionState state, IReadOnlyList<Node> nodes) => state.Holder == FoldHolder.Other && nodes.Any(node => node.Is(state.Owner));

    private async Task UntilAsync(string otherwise, Func<PartitionState, bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var (state, away) = Odd(holds);
            if (state is null && away is null) return;
            if (waited.Elapsed > _patience) throw new CrashFailure($"A partition {otherwise} for {_patience.TotalSeconds:N0} s: {away ?? $"{state}"}");
        }
    }

    /// <summary>A partition for which it does not hold; or why nobody can be asked.</summary>
    private (PartitionState? State, string? Away) Odd(Func<PartitionState, bool> holds)
    {
        try
        {
            return (_ledger.Spread().Partitions.Where(state => !holds(state)).Select(state => (PartitionState?)state).FirstOrDefault(), null);
        }
        catch (LedgerException away)
        {
            return (null, away.Message);
        }
    }
}
