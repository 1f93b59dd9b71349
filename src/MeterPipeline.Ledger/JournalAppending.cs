namespace MeterPipeline.Ledger;

/// <summary>What is often asked of a journal, in its short forms.</summary>
public static class JournalAppending
{
    /// <summary>Records one row of partition 0: <see cref="ILedger.Record"/>.</summary>
    public static long Append(this ILedger ledger, ReadOnlySpan<byte> blob, IReadOnlyList<QuarantinedMessage> quarantined) =>
        ledger.Record([new PartitionRow(0, blob.ToArray())], quarantined)[0];

    /// <summary>How many rows the journal ever had, all partitions together: where there is one, the sequence number of the newest.</summary>
    public static long JournalHead(this ILedger ledger) => ledger.JournalHeads().Sum();
}
