namespace MeterPipeline.Domain.Holds;

public enum HoldAct : byte { Place, Lift }

/// <summary>Something that a person said of a household's hold. Entries are added, never changed.</summary>
/// <param name="Id">The ledger's number, ascending; 0 before it is stored.</param>
/// <param name="Autumn">Season, by its autumn year.</param>
/// <param name="Reason">Name of a <see cref="HoldReason"/>.</param>
/// <param name="Evidence">What a lift was given for; empty where a hold is placed, or was placed by hand.</param>
/// <param name="Note">Why, in the person's words.</param>
/// <param name="Actor">Who: an operating-system or web user, or a name.</param>
public sealed record HoldEntry(long Id, string HouseholdId, int Autumn, string Reason, HoldAct Act, string Evidence, string Note, string Actor, long AtMs);

/// <summary>Asks for the entries of a household and season, oldest first.</summary>
public delegate IReadOnlyList<HoldEntry> HoldEntries(string householdId, int autumn);
