using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace MeterPipeline.Mqtt;

/// <summary>Who reads which company's feedback. Thread-safe.</summary>
internal sealed class FeedbackReaders
{
    /// <summary>Companies that one session can read where nobody has to prove who he is; else a session reads its own.</summary>
    private const int PerSessionMax = 64;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<Reader>> byCompany = new(StringComparer.Ordinal);

    /// <summary>Whether it is worth the while to say anything.</summary>
    public bool Any(string company) => byCompany.ContainsKey(company);

    /// <summary>Adds a reader, or changes its QoS [MQTT-3.8.4-3].</summary>
    /// <returns>False when the session reads too many companies already.</returns>
    public bool Add(string company, FeedbackQueue queue, byte qos)
    {
        lock (gate)
        {
            // Its session ended a moment ago: the answer goes nowhere either.
            if (queue.Ended) return true;
            if (queue.Companies.Count == PerSessionMax && !queue.Companies.Contains(company)) return false;
            queue.Companies.Add(company);
            byCompany[company] = [.. Others(company, queue), new Reader(queue, qos)];
            return true;
        }
    }

    /// <returns>False when it was not there.</returns>
    public bool Remove(string company, FeedbackQueue queue)
    {
        lock (gate)
        {
            if (!queue.Companies.Remove(company)) return false;
            ImmutableArray<Reader> others = [.. Others(company, queue)];
            if (others.IsEmpty) byCompany.TryRemove(company, out _);
            else byCompany[company] = others;
            return true;
        }
    }

    /// <summary>The session is gone, with all its subscriptions.</summary>
    public void End(FeedbackQueue queue)
    {
        lock (gate)
        {
            queue.Ended = true;
            foreach (var company in queue.Companies.ToArray()) Remove(company, queue);
        }
    }

    public void Publish(FeedbackMessage message)
    {
        if (!byCompany.TryGetValue(message.Company, out var readers)) return;
        foreach (var reader in readers) reader.Queue.Offer(message, reader.Qos);
    }

    private IEnumerable<Reader> Others(string company, FeedbackQueue queue) => byCompany.GetValueOrDefault(company, []).Where(reader => reader.Queue != queue);

    private readonly record struct Reader(FeedbackQueue Queue, byte Qos);
}
