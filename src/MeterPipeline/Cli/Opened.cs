using System.CommandLine;
using MeterPipeline.Domain;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Policies;
using MeterPipeline.Run;

namespace MeterPipeline.Cli;

/// <summary>What the shared options open.</summary>
public static class Opened
{
    /// <summary>SQLite's in the folder of <c>--data</c>, or the one that <c>Ledger:Provider</c> names.</summary>
    /// <exception cref="LedgerException">There is no ledger and none may be created.</exception>
    public static ILedger Ledger(ParseResult parsed, bool create = false) => LedgerSettings.Read().Open(parsed.GetValue(CommandLine.Data)!, create);

    /// <summary>Where that is, for a person.</summary>
    public static string PlaceOf(ILedger ledger, ParseResult parsed) =>
        ledger is PostgresLedger postgres ? postgres.Place : Path.GetFullPath(parsed.GetValue(CommandLine.Data)!);

    /// <exception cref="PolicyException">A policy file is wrong: every problem with file, line and column.</exception>
    public static PolicyBook Policies(ParseResult parsed) => PolicyFiles.Load(parsed.GetValue(CommandLine.Policies)!);

    /// <summary>Days from it on are not over.</summary>
    public static LocalDay Today => LocalDay.Of(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <inheritdoc cref="FixedSumFiles.Load"/>
    public static IReadOnlyList<FixedSumPolicy> FixedSums(ParseResult parsed) => FixedSumFiles.Load(parsed.GetValue(CommandLine.Policies)!);

    /// <summary>The user who runs this process, for the audit.</summary>
    public static string Actor => Signatory.Unproven + Environment.UserName;
}
