using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Endpoint;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Mqtt.Fuzz;

/// <summary>What a run of the fuzzer has seen.</summary>
/// <param name="Taken">PUBLISH packets that the endpoint took.</param>
/// <param name="HeapFirst">Bytes of live objects after a tenth of the packets.</param>
/// <param name="HeapLast">Bytes of live objects at the end.</param>
/// <param name="AloneMs">Times from PUBLISH to PUBACK of a connection that keeps the rules, before the others came, sorted.</param>
/// <param name="NeighbourMs">The same beside them.</param>
/// <param name="Faults">Everything that must not happen, with what replays it.</param>
public sealed record FuzzResult(
    long Packets, long Connections, long Taken, TimeSpan Elapsed, long HeapFirst, long HeapLast, double[] AloneMs, double[] NeighbourMs,
    IReadOnlyDictionary<string, long> Refusals, IReadOnlyCollection<string> Faults)
{
    public long HeapGrowth => HeapLast - HeapFirst;

    /// <summary>Of sorted times; 0 where there are none.</summary>
    public static double Quantile(double[] sorted, double quantile) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * quantile)];
}

/// <summary>Clients that break rules against the real connection handler, beside a neighbour that keeps them. A seed decides what each client sends.</summary>
public sealed class FuzzRun(int seed, long packets, int lanes)
{
    private const int AloneMessages = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> faults = new();
    private readonly List<double> aloneMs = new(AloneMessages);
    private readonly List<double> neighbourMs = new(1 << 20);
    private readonly TaskCompletionSource alone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch clock = new();
    private long sent;
    private long connections;

    /// <summary>Clients that an earlier run has used up: this one begins with the next.</summary>
    public long After { private get; init; }

    /// <summary>Ends the run before its packets do.</summary>
    public TimeSpan TimeMax { private get; init; } = TimeSpan.MaxValue;

    /// <summary>Packets sent so far.</summary>
    public long Sent => Interlocked.Read(ref sent);

    public async Task<FuzzResult> RunAsync()
    {
        var receiver = new Committer();
        var options = new EndpointOptions { MaxPacketBytes = 64 * 1024, UnreadBytesMax = 64 * 1024, StoredSessionsMax = 50 };
        using var services = new EndpointServices(receiver, options, null, TimeProvider.System, NullLogger<EndpointServices>.Instance);
        using var over = new CancellationTokenSource();
        var neighbour = Task.Run(() => NeighbourAsync(services, over.Token));
        await alone.Task.WaitAsync(Patience);
        connections = After;
        clock.Start();
        await LanesAsync(services, packets / 10);
        var first = GC.GetTotalMemory(forceFullCollection: true);
        await LanesAsync(services, packets);
        await over.CancelAsync();
        await neighbour.WaitAsync(Patience);
        for (var waited = Stopwatch.StartNew(); services.Count > 0 && waited.Elapsed < Patience;) await Task.Delay(10);
        if (services.Count > 0) faults.Enqueue($"{services.Count} connections are still there after all clients have left");
        if (services.Counters.Refusals.TryGetValue("internal", out var broken)) faults.Enqueue($"{broken} faults of the endpoint's own, seed {seed}");
        foreach (var fault in receiver.Faults) faults.Enqueue(fault);
        var last = GC.GetTotalMemory(forceFullCollection: true);
        return new FuzzResult(
            Sent, connections, services.Counters.Messages, clock.Elapsed, first, last, [.. aloneMs.Order()], [.. neighbourMs.Order()], services.Counters.Refusals, faults);
    }

    private Task LanesAsync(EndpointServices services, long until) =>
        Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => Task.Run(() => LaneAsync(services, lane, until))));

    private async Task LaneAsync(EndpointServices services, int lane, long until)
    {
        while (Sent < until && faults.IsEmpty && clock.Elapsed < TimeMax)
        {
            var number = Interlocked.Increment(ref connections);
            var origin = $"seed {seed}, lane {lane}, client {number}";
            try
            {
                await ClientAsync(services, new Random(unchecked(seed * 7_919 + (int)number)), origin);
            }
            catch (TimeoutException)
            {
                faults.Enqueue($"hung: {origin}");
            }
        }
    }

    /// <summary>One connection: CONNECT, up to forty packets cut at any byte, and gone.</summary>
    private async Task ClientAsync(EndpointServices services, Random random, string origin)
    {
        var fuzzer = new PacketFuzzer(random);
        var connection = new MemoryConnection(services, origin, IPAddress.Loopback);
        var answers = connection.ForgetAnswersAsync();
        var waiting = new List<byte>(fuzzer.Connect());
        Interlocked.Increment(ref sent);
        for (var left = random.Next(40); left > 0; left--)
        {
            waiting.AddRange(fuzzer.Next());
            Interlocked.Increment(ref sent);
            if (random.Next(8) > 0) continue;
            var cut = random.Next(2) == 0 ? waiting.Count : random.Next(waiting.Count);
            if (!await connection.SendAsync(waiting[..cut].ToArray()).AsTask().WaitAsync(Patience)) break;
            waiting.RemoveRange(0, cut);
        }
        await connection.SendAsync(waiting.ToArray()).AsTask().WaitAsync(Patience);
        connection.Leave();
        await connection.Served.WaitAsync(Patience);
        await answers.WaitAsync(Patience);
    }

    private async Task NeighbourAsync(EndpointServices services, CancellationToken over)
    {
        var connection = new MemoryConnection(services, "neighbour", IPAddress.Loopback);
        await connection.SendAsync(RawPackets.Connect("neighbour"));
        if (!(await RawPackets.AnswerAsync(connection)).SequenceEqual((byte[])[0x20, 2, 0, 0])) faults.Enqueue("the neighbour was not let in");
        for (var id = 1; !over.IsCancellationRequested; id = id % 65_535 + 1)
        {
            var began = Stopwatch.GetTimestamp();
            await connection.SendAsync(RawPackets.Publish(id));
            var answer = await RawPackets.AnswerAsync(connection);
            (alone.Task.IsCompleted ? neighbourMs : aloneMs).Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (aloneMs.Count == AloneMessages) alone.TrySetResult();
            if (!answer.SequenceEqual((byte[])[0x40, 2, (byte)(id >> 8), (byte)(id & 0xFF)])) faults.Enqueue($"the neighbour expected the PUBACK of {id} and got {Convert.ToHexString(answer)}");
            await Task.Delay(1, CancellationToken.None);
        }
        connection.Leave();
        await connection.Served;
    }

    /// <summary>Commits what it is given on a thread of its own, in order, as the recorder does, and looks at what it gets.</summary>
    private sealed class Committer : IReceiver
    {
        private readonly Channel<IOwedAcks> owed = Channel.CreateBounded<IOwedAcks>(256);

        public Committer() => _ = Task.Run(async () =>
        {
            await foreach (var acks in owed.Reader.ReadAllAsync()) acks.Committed();
        });

        public ConcurrentQueue<string> Faults { get; } = new();

        public IReceiverSession Open(Origin origin) => new Session(this);

        private sealed class Session(Committer committer) : IReceiverSession
        {
            public Rejection? Take(in Delivery delivery)
            {
                var topic = delivery.Topic;
                if (topic.IsEmpty || topic.IndexOfAny((byte)'+', (byte)'#', (byte)0) >= 0 || !System.Text.Unicode.Utf8.IsValid(topic) || delivery.Qos > 2)
                    committer.Faults.Enqueue($"a bad topic came through: {Convert.ToHexString(topic)}");
                return null;
            }

            public ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel) => owed is null ? default : committer.owed.Writer.WriteAsync(owed, cancel);

            public void Dispose()
            {
            }
        }
    }

    /// <summary>The few packets of the neighbour.</summary>
    private static class RawPackets
    {
        internal static byte[] Connect(string id) => [0x10, (byte)(12 + id.Length), 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, (byte)id.Length, .. System.Text.Encoding.ASCII.GetBytes(id)];

        internal static byte[] Publish(int id) => [0x32, 6, 0, 1, (byte)'n', (byte)(id >> 8), (byte)(id & 0xFF), (byte)'x'];

        /// <summary>Four bytes: CONNACK or PUBACK of MQTT 3.1.1. Empty where the server has closed.</summary>
        internal static async Task<byte[]> AnswerAsync(MemoryConnection connection)
        {
            var read = await connection.Answers.ReadAtLeastAsync(4).AsTask().WaitAsync(Patience);
            var answer = read.Buffer.Slice(0, Math.Min(4, read.Buffer.Length));
            var bytes = System.Buffers.BuffersExtensions.ToArray(answer);
            connection.Answers.AdvanceTo(answer.End);
            return bytes;
        }
    }
}
