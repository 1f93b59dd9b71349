using System.Buffers;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>
/// Makes the journal rows of one commit: its readings to the partitions of their meters, each row with the counts of its own readings, and what is
/// quarantined counted in partition 0. Where there is one partition, readings are copied as they are. Owned by one thread.
/// </summary>
/// <param name="registry">Tells the partitions of meters; null only where there is one.</param>
internal sealed class CommitRows(int partitions, RegistryWatch? registry)
{
    private readonly Part[] parts = [.. Enumerable.Range(0, partitions).Select(partition => new Part(partition))];
    private readonly List<PartitionRow> rows = [];
    private readonly List<Part> filled = [];
    private RegistrySnapshot? known;
    private short[] partitionOf = []; // by meter number
    private string[] companyOf = [];

    /// <summary>The parts of the rows that <see cref="Finish"/> made, in their order.</summary>
    public IReadOnlyList<Part> Filled => filled;

    /// <summary>Starts a commit of so many readings.</summary>
    public void Begin(int readings)
    {
        foreach (var part in parts) part.Clear();
        if (parts.Length == 1) parts[0].Reserve(readings);
        else if (known != registry!.Registry) Learn(registry.Registry);
    }

    public void Add(IntakeBatch batch)
    {
        if (parts.Length == 1)
        {
            parts[0].Add(batch.Readings);
            foreach (var count in batch.Counts) parts[0].Counts.Tally(count.Company, count.Received, count.Quarantined);
            return;
        }
        foreach (ref readonly var reading in batch.Readings)
        {
            var part = parts[partitionOf[reading.MeterNo]];
            part.Add(reading);
            part.Counts.Tally(companyOf[reading.MeterNo], 1, 0);
        }
        foreach (var count in batch.Counts) parts[0].Counts.Tally(count.Company, count.Quarantined, count.Quarantined);
    }

    /// <summary>Ascending by partition; none where nothing was counted. Valid until the next <see cref="Begin"/>.</summary>
    /// <param name="always">A row of partition 0 also where nothing is left to count.</param>
    public IReadOnlyList<PartitionRow> Finish(long recordedAtMs, bool always = false)
    {
        rows.Clear();
        filled.Clear();
        foreach (var part in parts)
        {
            if (part.Counts.Counts.Count == 0 && !(always && part.Partition == 0)) continue;
            rows.Add(new PartitionRow(part.Partition, part.Finish(recordedAtMs)));
            filled.Add(part);
        }
        return rows;
    }

    private void Learn(RegistrySnapshot newer)
    {
        partitionOf = new short[newer.MeterNoLimit];
        companyOf = new string[newer.MeterNoLimit];
        foreach (var meter in newer.Meters.Values) (partitionOf[meter.No], companyOf[meter.No]) = ((short)meter.Partition, meter.Current.Company);
        known = newer;
    }

    /// <summary>What goes to one partition.</summary>
    public sealed class Part(int partition)
    {
        private readonly JournalBlob.Writer writer = new();
        private Reading[] rented = [];

        public int Partition => partition;

        public int Count { get; private set; }

        public IntakeBatch Counts { get; } = new();

        public void Clear()
        {
            Count = 0;
            Counts.Clear();
        }

        public void Reserve(int readings)
        {
            if (rented.Length >= readings) return;
            var larger = ArrayPool<Reading>.Shared.Rent(readings);
            rented.AsSpan(0, Count).CopyTo(larger);
            if (rented.Length > 0) ArrayPool<Reading>.Shared.Return(rented);
            rented = larger;
        }

        public void Add(ReadOnlySpan<Reading> readings)
        {
            Reserve(Count + readings.Length);
            readings.CopyTo(rented.AsSpan(Count));
            Count += readings.Length;
        }

        public void Add(in Reading reading)
        {
            if (Count == rented.Length) Reserve(Math.Max(64, Count * 2));
            rented[Count++] = reading;
        }

        public ReadOnlyMemory<byte> Finish(long recordedAtMs)
        {
            writer.Begin(recordedAtMs, Counts.Counts, Count);
            writer.Add(rented.AsSpan(0, Count));
            writer.Finish();
            return writer.Row;
        }

        /// <summary>Hands its readings over with the row that holds them.</summary>
        public Recorded Take(long seq, long recordedAtMs)
        {
            var taken = new Recorded(seq, recordedAtMs, rented, Count, [.. Counts.Counts]);
            (rented, Count) = ([], 0);
            return taken;
        }
    }
}
