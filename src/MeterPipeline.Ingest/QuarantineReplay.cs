using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;

namespace MeterPipeline.Ingest;

/// <summary>Which open messages to replay; what is null does not matter.</summary>
/// <param name="Company">As counted, or as the topic names it: a message for an unknown company was counted for none.</param>
public sealed record ReplayFilter(long? Id = null, string? Reason = null, string? Company = null);

/// <summary>
/// Decodes open quarantined messages again, through the same intake and as of the time they were received, and appends to the journal what
/// can be taken now. A journal row and the marks of its messages are one transaction: whenever the process dies, each message is either
/// open or taken, once. Works beside a running pipeline, which folds the rows like any other.
/// <para>The row bears the day of receipt, and takes off there what it brings: a message counted as one quarantined becomes so many
/// readings and so many items still quarantined of that day.</para>
/// </summary>
public sealed class QuarantineReplay
{
    /// <summary>Messages of one transaction, and their bytes: about a journal row of the recorder.</summary>
    private const int MessagesAtOnce = 1_000;
    private const long BytesAtOnce = 4 << 20;

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly bool dryRun;
    private readonly ReadingIntake intake;
    private readonly IReadOnlyList<Profile> profiles;
    private readonly AsOf clock = new();
    private readonly CommitRows commit;
    private readonly Dictionary<string, (long Count, string Detail)> stillBad = new(StringComparer.Ordinal);
    private readonly List<ReplayedMessage> first = [];
    private IntakeBatch decoded = new();
    private long messages;
    private long taken;
    private long readings;

    /// <param name="dryRun">Only tell what would become of them.</param>
    public QuarantineReplay(ILedger ledger, IntakeOptions options, TimeProvider time, bool dryRun)
    {
        (this.ledger, this.time, this.dryRun) = (ledger, time, dryRun);
        profiles = options.Profiles;
        var registry = new RegistryWatch(ledger, time);
        intake = new ReadingIntake(registry, Keep, clock, options);
        commit = new CommitRows(ledger.Partitions, registry);
    }

    /// <summary>What of a filter is open now.</summary>
    public ReplayScope ScopeOf(ReplayFilter filter) => new(filter.Id - 1 ?? 0, filter.Id ?? Newest(), row => Fits(filter, row.Message));

    /// <inheritdoc cref="Run(ReplayScope, Action{long})"/>
    public ReplayResult Run(ReplayFilter filter, Action<long> progress) => Run(ScopeOf(filter), progress);

    /// <summary>Replays what is open now; what it puts back itself is not looked at again.</summary>
    /// <param name="progress">Told the number of open messages looked at, between transactions: what it throws ends the replay there.</param>
    public ReplayResult Run(ReplayScope scope, Action<long> progress)
    {
        var (after, looked) = (scope.After, 0L);
        while (true)
        {
            var (page, next) = Page(scope, after, ref looked);
            if (next == after) return new ReplayResult(messages, taken, readings, stillBad, first);
            // Where somebody else was faster with one of them, the page is read again without it.
            if (page.Count == 0 || Replay(page)) after = next;
            progress(looked);
        }
    }

    private long Newest()
    {
        using var view = ledger.OpenView();
        return view.Quarantine(long.MaxValue, 1) is [var row] ? row.Id : 0;
    }

    /// <summary>The next messages that the scope lets through, all of one day of receipt.</summary>
    private (List<QuarantineRow> Rows, long Next) Page(ReplayScope scope, long after, ref long looked)
    {
        var rows = new List<QuarantineRow>();
        var bytes = 0L;
        using var view = ledger.OpenView();
        foreach (var row in view.OpenQuarantine(after))
        {
            if (row.Id > scope.Until || rows.Count == MessagesAtOnce || bytes >= BytesAtOnce) break;
            if (rows.Count > 0 && LocalDay.Of(row.Message.ReceivedAtMs) != LocalDay.Of(rows[0].Message.ReceivedAtMs)) break;
            after = row.Id;
            looked++;
            if (!scope.Lets(row)) continue;
            rows.Add(row);
            bytes += row.PayloadBytes;
        }
        return (rows, after);
    }

    private bool Fits(ReplayFilter filter, QuarantinedMessage message) =>
        (filter.Reason is not { } reason || message.Reason == reason)
        && (filter.Company is not { } company || message.Company == company
            || TopicShape.Of(Encoding.UTF8.GetBytes(message.Topic), profiles).Company.SequenceEqual(Encoding.UTF8.GetBytes(company)));

    private bool Replay(List<QuarantineRow> page)
    {
        var (brings, outcome, bad, told) = (new IntakeBatch(), new ReplayOutcome(), new List<Fault>(), new List<ReplayedMessage>());
        foreach (var row in page)
        {
            Decode(row.Message);
            // A message of which nothing can be taken stays whole.
            var fault = decoded.Quarantined is [var worst, ..] ? worst : null;
            var stays = decoded.Count == 0 && fault is not null;
            told.Add(new ReplayedMessage(row.Id, !stays, decoded.Count, fault?.Reason, fault?.Detail));
            if (stays)
            {
                bad.Add(new Fault(fault!.Reason, fault.Detail));
                if ((fault.Reason, fault.Detail) != (row.Message.Reason, row.Message.Detail)) outcome.Kept.Add((row.Id, fault.Reason, fault.Detail));
                continue;
            }
            outcome.Taken.Add(row.Id);
            outcome.Items.AddRange(decoded.Quarantined);
            bad.AddRange(decoded.Quarantined.Select(item => new Fault(item.Reason, item.Detail)));
            foreach (var reading in decoded.Readings) brings.Add(reading);
            brings.Tally(row.Message.Company, -1, -1);
            foreach (var count in decoded.Counts) brings.Tally(count.Company, count.Received, count.Quarantined);
        }
        if (!dryRun && !Store(page[0].Message.ReceivedAtMs, brings, outcome)) return false;
        messages += page.Count;
        taken += outcome.Taken.Count;
        readings += brings.Count;
        first.AddRange(told.Take(ReplayResult.FirstMax - first.Count));
        foreach (var fault in bad)
            stillBad[fault.Reason] = stillBad.TryGetValue(fault.Reason, out var known) ? (known.Count + 1, known.Detail) : (1, fault.Detail);
        return true;
    }

    private bool Store(long receivedAtMs, IntakeBatch brings, ReplayOutcome outcome)
    {
        if (outcome.Taken.Count + outcome.Kept.Count == 0) return true;
        IReadOnlyList<PartitionRow> rows = [];
        if (outcome.Taken.Count > 0)
        {
            commit.Begin(brings.Count);
            commit.Add(brings);
            rows = commit.Finish(receivedAtMs, always: true);
        }
        return ledger.Replay(rows, outcome, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Runs one message through intake into <see cref="decoded"/>.</summary>
    private void Decode(QuarantinedMessage message)
    {
        decoded.Clear();
        if (message.Payload.Length == QuarantinedMessage.PayloadMax)
        {
            decoded.Quarantined.Add(message with { Detail = "The message was too large to be kept whole. Its publisher must send it again, in smaller batches." });
            return;
        }
        clock.NowMs = message.ReceivedAtMs;
        using var session = intake.Open(new Origin(message.Source, message.Publisher, "quarantine"));
        session.Take(new Delivery(Encoding.UTF8.GetBytes(message.Topic), message.Payload, 1, false));
        var submitted = session.SubmitAsync(null, CancellationToken.None);
        if (!submitted.IsCompletedSuccessfully) throw new InvalidOperationException("Decoding again waits for nothing.");
    }

    /// <summary>What intake submits.</summary>
    private ValueTask Keep(IntakeBatch batch, CancellationToken cancel)
    {
        intake.Return(decoded);
        decoded = batch;
        return ValueTask.CompletedTask;
    }

    /// <summary>The time at which a message was received.</summary>
    private sealed class AsOf : TimeProvider
    {
        public long NowMs { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
    }
}
