namespace MeterPipeline.Ledger;

/// <summary>Which open messages to replay.</summary>
/// <param name="After">Id before the first.</param>
/// <param name="Until">Id of the last: what is quarantined later is not looked at.</param>
/// <param name="Lets">Asked about each open message in between.</param>
public sealed record ReplayScope(long After, long Until, Func<QuarantineRow, bool> Lets)
{
    private const int IdsNamed = 8;

    /// <summary>What somebody replays, as the access log keeps it.</summary>
    /// <param name="ids">Messages one by one; empty: all open ones up to <paramref name="until"/>.</param>
    /// <param name="messages">How many they are; null: nobody has counted them.</param>
    public static string Subject(IReadOnlyCollection<long> ids, long until, long? messages, string? company, string? reason)
    {
        var of = ids.Count == 0 ? $" ≤ #{until}" : $" #{string.Join(" #", ids.Order().Take(IdsNamed))}{(ids.Count > IdsNamed ? " …" : "")}";
        return $"quarantine:{(messages is { } count ? $" {count}" : "")}{of}{(company is null ? "" : $" company={company}")}{(reason is null ? "" : $" reason={reason}")}";
    }
}

/// <summary>What became of one message, or would become of it.</summary>
/// <param name="Readings">That it brought.</param>
/// <param name="Reason">Why it stays, or why items of it do; null: all of it was taken.</param>
/// <param name="Detail">With the remedy; null as <paramref name="Reason"/>.</param>
public sealed record ReplayedMessage(long Id, bool Taken, int Readings, string? Reason, string? Detail);

/// <param name="Messages">Messages decoded again.</param>
/// <param name="Taken">Of these, how many left quarantine.</param>
/// <param name="Readings">Readings that they brought.</param>
/// <param name="StillBad">Messages and items that stay open, by reason, with the detail of the first.</param>
/// <param name="First">The first of them, oldest first, <see cref="FirstMax"/> at most.</param>
public sealed record ReplayResult(
    long Messages, long Taken, long Readings, IReadOnlyDictionary<string, (long Count, string Detail)> StillBad, IReadOnlyList<ReplayedMessage> First)
{
    /// <summary>Enough for a person to look through.</summary>
    public const int FirstMax = 50;
}
