using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;

namespace MeterPipeline.Ingest.Intake;

/// <summary>Everything taken from one socket read: what the recorder commits together. Pooled; owned by one room at a time.</summary>
public sealed class IntakeBatch
{
    private Reading[] readings = new Reading[64];

    public ReadOnlySpan<Reading> Readings => readings.AsSpan(0, Count);

    public int Count { get; private set; }

    public List<QuarantinedMessage> Quarantined { get; } = [];

    /// <summary>Per company: readings plus quarantined messages, and of these the quarantined.</summary>
    public List<CompanyCount> Counts { get; } = [];

    public IOwedAcks? Owed { get; set; }

    public bool IsEmpty => Count == 0 && Quarantined.Count == 0;

    public void Add(in Reading reading)
    {
        if (Count == readings.Length) Array.Resize(ref readings, Count * 2);
        readings[Count++] = reading;
    }

    /// <summary>Takes back the readings after the first <paramref name="count"/>: their message turned out to be bad.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>Counts what a company sent in one message.</summary>
    public void Tally(string company, int received, int quarantined)
    {
        if (received == 0 && quarantined == 0) return; // a replay may bring as many as it takes off
        for (var i = 0; i < Counts.Count; i++)
        {
            var known = Counts[i];
            if (!ReferenceEquals(known.Company, company) && known.Company != company) continue;
            Counts[i] = new CompanyCount(known.Company, known.Received + received, known.Quarantined + quarantined);
            return;
        }
        Counts.Add(new CompanyCount(company, received, quarantined));
    }

    public void Clear()
    {
        Count = 0;
        Quarantined.Clear();
        Counts.Clear();
        Owed = null;
    }
}
