using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Policies;

namespace MeterPipeline.Cli;

/// <summary>What the shared options open.</summary>
public static class Opened
{
    /// <exception cref="LedgerException">The folder holds no ledger and none may be created.</exception>
    public static ILedger Ledger(ParseResult parsed, bool create = false) => SqliteLedger.Open(parsed.GetValue(CommandLine.Data)!, create);

    /// <exception cref="PolicyException">A policy file is wrong: every problem with file, line and column.</exception>
    public static PolicyBook Policies(ParseResult parsed) => PolicyFiles.Load(parsed.GetValue(CommandLine.Policies)!);

    /// <summary>Days from it on are not over.</summary>
    public static LocalDay Today => LocalDay.Of(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <inheritdoc cref="FixedSumFiles.Load"/>
    public static IReadOnlyList<FixedSumPolicy> FixedSums(ParseResult parsed) => FixedSumFiles.Load(parsed.GetValue(CommandLine.Policies)!);

    /// <summary>The user who runs this process, for the audit.</summary>
    public static string Actor => $"cli:{Environment.UserName}";
}
