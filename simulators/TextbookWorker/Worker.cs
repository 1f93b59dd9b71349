using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace TextbookWorker;

/// <summary>One reading as it came, an object each.</summary>
internal sealed record Reading(DateTimeOffset Ts, decimal Value);

/// <summary>What waits in the channel: a reading, whose it is, and what its acknowledgement needs.</summary>
internal sealed record Received(ushort PacketId, string Company, string Meter, Reading Reading);

/// <summary>
/// Message → object → channel → batch of line protocol → HTTP → acknowledgements: what one writes in an afternoon. Nothing is validated,
/// deduplicated, ordered, folded or kept on a disk of its own; a message that cannot be read ends it, and so does a write that fails.
/// </summary>
internal sealed class Worker(Subscription subscription, Uri write) : IDisposable
{
    private const int BatchMax = 5_000;
    private const int WaitingMax = 20_000;
    private static readonly TimeSpan BatchAgeMax = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowReadingFromString };

    private readonly HttpClient client = new();
    private readonly Channel<Received> waiting = Channel.CreateBounded<Received>(new BoundedChannelOptions(WaitingMax) { SingleReader = true, SingleWriter = true });
    private long written;

    /// <summary>Told after each batch: messages written and acknowledged so far.</summary>
    public required Action<long> Written { private get; init; }

    public async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        await await Task.WhenAny(receiving, WriteAsync());
    }

    public void Dispose() => client.Dispose();

    private async Task ReceiveAsync()
    {
        while (true)
        {
            var (id, topic, payload) = await subscription.NextAsync();
            var levels = topic.Split('/');
            var reading = JsonSerializer.Deserialize<Reading>(payload.Span, Json) ?? throw new JsonException($"No reading in a message of {topic}.");
            await waiting.Writer.WriteAsync(new Received(id, levels[^3], levels[^2], reading));
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<Received>(BatchMax);
        while (await waiting.Reader.WaitToReadAsync())
        {
            await FillAsync(batch);
            var lines = new StringBuilder();
            foreach (var (_, company, meter, reading) in batch)
                lines.Append(CultureInfo.InvariantCulture, $"meter_reading,company={company},meter={meter} value={reading.Value} {reading.Ts.ToUnixTimeMilliseconds()}\n");
            using var content = new StringContent(lines.ToString());
            using var answer = await client.PostAsync(write, content);
            if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{write} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            await subscription.AcknowledgeAsync(batch);
            Written(written += batch.Count);
            batch.Clear();
        }
    }

    /// <summary>Until the batch is full or its first message a second old.</summary>
    private async Task FillAsync(List<Received> batch)
    {
        using var age = new CancellationTokenSource(BatchAgeMax);
        try
        {
            while (batch.Count < BatchMax && await waiting.Reader.WaitToReadAsync(age.Token))
                while (batch.Count < BatchMax && waiting.Reader.TryRead(out var next)) batch.Add(next);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
