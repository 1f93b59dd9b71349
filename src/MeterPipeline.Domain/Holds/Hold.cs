using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Holds;

public enum HoldState : byte
{
    Standing,

    /// <summary>It was lifted, but for other evidence than there is now: it stands again.</summary>
    Returned,

    Lifted,
}

/// <summary>A reason to wait, what it rests on, and what was said of it last.</summary>
/// <param name="Evidence">The days in doubt and their bounds; empty where a person placed it.</param>
/// <param name="Entry">The newest entry; null: nobody has said anything.</param>
public sealed record Hold(HoldReason Reason, string Evidence, HoldState State, HoldEntry? Entry)
{
    public bool Stands => State != HoldState.Lifted;

    /// <summary>
    /// The holds of a household's season. One that the fold's marks raise is lifted for exactly the evidence that a lift names: a second reset, or a
    /// late reading that moves the bounds of the first, brings it back, while ordinary readings do not. One placed by hand stands until lifted.
    /// </summary>
    /// <param name="missing">What a rule needs and nobody has told: name of the reason and what it rests on.</param>
    /// <param name="entries">Of the household and season, oldest first.</param>
    public static IReadOnlyList<Hold> Of(
        HeatingSeason season, IReadOnlyList<InstalledDays> installations, IEnumerable<(string Reason, string Evidence)> missing, IReadOnlyList<HoldEntry> entries)
    {
        var holds = new List<Hold>();
        // Most households have no day in doubt: one look at their days tells.
        var marks = DayMarks.None;
        foreach (var installed in installations)
            foreach (ref readonly var day in installed.Span) marks |= day.Marks;
        foreach (var reason in HoldReason.All)
            if ((reason.Marks & marks) != DayMarks.None && HoldEvidence.Of(season, installations, reason.Marks) is { } evidence) holds.Add(Raised(reason, evidence, entries));
        foreach (var (name, evidence) in missing) holds.Add(Raised(HoldReason.Find(name)!, evidence, entries));
        if (entries.Count == 0) return holds;
        foreach (var name in entries.Select(entry => entry.Reason).Distinct())
        {
            // A reason of a newer program is kept: an unknown hold must not end by being unknown.
            var reason = HoldReason.Find(name) ?? new HoldReason(name, DayMarks.None, HoldKeeper.Bureau, ByHand: true);
            if (!reason.ByHand) continue;
            var last = entries.Last(entry => entry.Reason == name);
            holds.Add(new Hold(reason, "", last.Act == HoldAct.Place ? HoldState.Standing : HoldState.Lifted, last));
        }
        return holds;
    }

    private static Hold Raised(HoldReason reason, string evidence, IReadOnlyList<HoldEntry> entries)
    {
        var lift = entries.LastOrDefault(entry => entry.Reason == reason.Name && entry.Act == HoldAct.Lift);
        return new Hold(reason, evidence, lift is null ? HoldState.Standing : lift.Evidence == evidence ? HoldState.Lifted : HoldState.Returned, lift);
    }
}
