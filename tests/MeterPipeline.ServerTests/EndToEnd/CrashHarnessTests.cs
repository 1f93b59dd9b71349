using MeterPipeline.Crash;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>A short run of the crash harness, and that it can fail.</summary>
public sealed class CrashHarnessTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    [Theory]
    [InlineData(LedgerKind.Sqlite, 15)] // most faults that strike beside others; the committed tables have all
    [InlineData(LedgerKind.Postgres, 9)]
    public async Task Every_fault_in_turn_loses_doubles_and_changes_nothing(LedgerKind ledger, int crashes) =>
        await PassesAsync(new CrashOptions { Ledger = ledger, Crashes = crashes, Seed = Seed, Mixed = true });

    [Fact]
    public async Task So_does_a_broker_that_is_killed_with_its_queue() =>
        await PassesAsync(new CrashOptions { Crashes = 2, Seed = Seed, Faults = ["broker-killed"] });

    [Theory]
    [InlineData(Mutation.Lose, 1, 1, 0)] // the counters have it still: one more counted than stored
    [InlineData(Mutation.Double, 0, 1, 0)]
    [InlineData(Mutation.Amount, 0, 0, 1)]
    public async Task An_audit_that_is_told_a_lie_says_so(Mutation mutation, int lost, int twice, int amounts)
    {
        var table = await CrashRun.RunAsync(new CrashOptions { Crashes = 1, Seed = Seed, Faults = ["kill"], Mutation = mutation }, output.WriteLine);
        Assert.False(table.Passed);
        Assert.Equal((lost, twice, amounts), (table.Lost, table.Double, table.AmountsDifferent));
    }

    /// <summary>PUBACK before commit: either readings are missing, or the ledger itself says that its files are not of one moment.</summary>
    [Fact]
    public async Task A_disk_that_only_says_that_it_synced_is_found_out()
    {
        var table = await CrashRun.RunAsync(new CrashOptions { Crashes = 2, Seed = Seed, Faults = ["power-cut"], Mutation = Mutation.LyingDisk }, output.WriteLine);
        Assert.False(table.Passed);
        Assert.True(table.Lost > 0 || table.Problems.Any(p => p.Contains("get ready", StringComparison.Ordinal)), $"{table}");
    }

    private async Task PassesAsync(CrashOptions options)
    {
        var table = await CrashRun.RunAsync(options, output.WriteLine);
        output.WriteLine($"{table}");
        Assert.True(table.Passed, $"{table}");
        Assert.True(table.Crashes > 0);
    }
}
