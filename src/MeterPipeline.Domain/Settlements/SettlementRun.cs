namespace MeterPipeline.Domain.Settlements;

/// <summary>A frozen run: what was reckoned, from which input. Its lines never change; data that comes later makes lines in the next run.</summary>
/// <param name="Id">From 1, in order of drafting, over all divisions and seasons.</param>
/// <param name="Division">Code prefix of the places settled; empty: everything.</param>
/// <param name="Actor">Who drafted it.</param>
/// <param name="JournalSeq">Every reading up to this journal row is in it, and none after.</param>
/// <param name="RegistryVersion">Of the input.</param>
/// <param name="Policies">Those that some line was reckoned by, ordered.</param>
/// <param name="PreviousHash">Content hash of run <paramref name="Id"/> − 1; empty: this is the first.</param>
/// <param name="ContentHash">SHA-256 over everything above and all lines, lower-case hexadecimal.</param>
public sealed record SettlementRun(
    int Id, int Autumn, string Division, string Actor, long AtMs, long JournalSeq, long RegistryVersion, IReadOnlyList<PolicyVersion> Policies, int Lines,
    RunTotals Totals, string PreviousHash, string ContentHash)
{
    /// <summary>Drafted to be looked at, perhaps before the season was over: it can never be confirmed.</summary>
    public bool Provisional { get; init; }

    /// <summary>Null: it was drafted by a program that did not freeze it.</summary>
    public RunImprint? Imprint { get; init; }
}

/// <param name="Fingerprint">SHA-256 of what the policy says, lower-case hexadecimal.</param>
public sealed record PolicyVersion(string Id, int Version, string Fingerprint)
{
    /// <summary>政策依据 as the policy named it; null: the run was drafted by a program that did not freeze it.</summary>
    public string? Document { get; init; }
}

/// <summary>Sums over lines; money is the sum of the lines' rounded amounts.</summary>
/// <param name="Held">Lines on hold: they are due nothing.</param>
public sealed record RunTotals(int Households, int Held, SettledAmount Accrued, SettledAmount Before, SettledAmount Due, decimal Payable);

public enum RunStepKind : byte
{
    Drafted,

    /// <summary>Posted in the villages 公示, from and until a day.</summary>
    Noticed,

    /// <summary>Somebody objects to a line during the notice.</summary>
    Objected,

    /// <summary>An objection has been answered; nothing is confirmed before all are.</summary>
    Answered,

    Confirmed,

    /// <summary>The bank has been told to pay.</summary>
    Paid,

    /// <summary>Taken back before it was confirmed; the next run starts anew.</summary>
    Withdrawn,
}

/// <summary>What a person did with a run. Steps are added and never changed or deleted.</summary>
/// <param name="HouseholdId">Whom an objection is about; null: the whole run.</param>
/// <param name="From">First day of the notice.</param>
/// <param name="Until">Last day of the notice.</param>
public sealed record RunStep(
    int RunId, RunStepKind Kind, long AtMs, string Actor, string Note, string? HouseholdId = null, LocalDay? From = null, LocalDay? Until = null);

public enum DisbursementKind : byte
{
    /// <summary>预发: before the season's settlement.</summary>
    Advance,

    /// <summary>发放 of a confirmed run.</summary>
    Payment,

    /// <summary>退票: the bank could not credit it; the money came back.</summary>
    Returned,

    /// <summary>追回: the household gave it back.</summary>
    Recovered,

    /// <summary>暂缓发放: it was owed when a run was paid, and waited for a person. No money moved: it is still owed.</summary>
    Deferred,
}

/// <summary>Money that moved. What households are due is one ledger, this is the other; rows are added and never changed or deleted.</summary>
/// <param name="RunId">Null: an advance.</param>
/// <param name="Yuan">Positive, fen at most.</param>
/// <param name="Reference">Of the bank or the voucher.</param>
public sealed record Disbursement(long Id, int Autumn, int? RunId, string HouseholdId, DisbursementKind Kind, decimal Yuan, LocalDay On, string Reference, string Actor, long AtMs);
