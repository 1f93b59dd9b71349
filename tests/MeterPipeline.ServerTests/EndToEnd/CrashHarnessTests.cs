using MeterPipeline.Crash;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Short runs of the crash harness. Its classes run beside each other.</summary>
public abstract class CrashHarness(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    protected async Task PassesAsync(CrashOptions options)
    {
        var table = await RunAsync(options);
        output.WriteLine($"{table}");
        Assert.True(table.Passed, $"{table}");
        Assert.True(table.Crashes > 0);
    }

    protected Task<CrashTable> RunAsync(CrashOptions options) => CrashRun.RunAsync(options with { Seed = Seed }, output.WriteLine);
}

/// <summary>On files: most faults that strike beside others; the committed tables have all.</summary>
public sealed class SqliteCrashHarnessTests(ITestOutputHelper output) : CrashHarness(output)
{
    [Fact]
    public Task Every_fault_in_turn_loses_doubles_and_changes_nothing() => PassesAsync(new CrashOptions { Ledger = LedgerKind.Sqlite, Crashes = 15, Mixed = true });

    [Fact]
    public Task So_does_a_broker_that_is_killed_with_its_queue() => PassesAsync(new CrashOptions { Crashes = 2, Faults = ["broker-killed"] });
}

/// <inheritdoc cref="SqliteCrashHarnessTests"/>
public sealed class PostgresCrashHarnessTests(ITestOutputHelper output) : CrashHarness(output)
{
    [Fact]
    public Task Every_fault_in_turn_loses_doubles_and_changes_nothing() => PassesAsync(new CrashOptions { Ledger = LedgerKind.Postgres, Crashes = 9, Mixed = true });
}

/// <summary>That it can fail.</summary>
public sealed class CrashAuditTests(ITestOutputHelper output) : CrashHarness(output)
{
    [Theory]
    [InlineData(Mutation.Lose, 1, 1, 0)] // the counters have it still: one more counted than stored
    [InlineData(Mutation.Double, 0, 1, 0)]
    [InlineData(Mutation.Amount, 0, 0, 1)]
    public async Task An_audit_that_is_told_a_lie_says_so(Mutation mutation, int lost, int twice, int amounts)
    {
        var table = await RunAsync(new CrashOptions { Crashes = 1, Faults = ["kill"], Mutation = mutation });
        Assert.False(table.Passed);
        Assert.Equal((lost, twice, amounts), (table.Lost, table.Double, table.AmountsDifferent));
    }

    /// <summary>PUBACK before commit: either readings are missing, or the ledger itself says that its files are not of one moment.</summary>
    [Fact]
    public async Task A_disk_that_only_says_that_it_synced_is_found_out()
    {
        var table = await RunAsync(new CrashOptions { Crashes = 2, Faults = ["power-cut"], Mutation = Mutation.LyingDisk });
        Assert.False(table.Passed);
        Assert.True(table.Lost > 0 || table.Problems.Any(p => p.Contains("get ready", StringComparison.Ordinal)), $"{table}");
    }
}
