namespace MeterPipeline.Domain.Validation;

public enum Verdict : byte { Skipped, Passed, Failed }

/// <summary>Why a rule could not be judged on a day.</summary>
public enum SkipReason : byte
{
    /// <summary>It was judged.</summary>
    None,

    /// <summary>The rule is switched off.</summary>
    Off,

    /// <summary>The meter does not serve the household on that day.</summary>
    NotInService,

    NotOverYet,

    /// <summary>The meter is silent, but not for long enough to say that it stays so.</summary>
    MayStillCome,

    /// <summary>Nothing is known of the day.</summary>
    NoReading,

    /// <summary>The newest readings are doubtful; those that follow decide.</summary>
    StillDoubtful,

    /// <summary>The meter has no T1 to T4, or they were not read.</summary>
    NoTariffRegisters,

    /// <summary>A register was read too far from midnight to compare days.</summary>
    ReadFarFromMidnight,

    /// <summary>The meter's company sent nothing on that day.</summary>
    NothingReceived,
}

/// <summary>What a rule says of a meter day.</summary>
/// <param name="Why">Set exactly where it was skipped.</param>
public readonly record struct RuleResult(Verdict Verdict, SkipReason Why)
{
    public static RuleResult Passed => new(Verdict.Passed, SkipReason.None);

    public static RuleResult Skip(SkipReason why) => new(Verdict.Skipped, why);

    public static RuleResult FailedIf(bool failed) => new(failed ? Verdict.Failed : Verdict.Passed, SkipReason.None);

    /// <summary><c>failed</c>, <c>passed</c>, <c>skipped no-reading</c>.</summary>
    public override string ToString() => Why == SkipReason.None ? Words.Of(Verdict) : $"{Words.Of(Verdict)} {Words.Of(Why)}";
}
