namespace MeterFleet;

/// <summary>
/// One pass over the season. Every quarter hour it asks each meter for its reading, puts it into the bucket of the quarter hour
/// in which it is published, and then empties the present bucket in order of publishing. Only delayed messages wait, so memory
/// holds one quarter hour and what the faults hold back.
/// </summary>
internal sealed class MessageStream
{
    private const long SecondMs = 1000;
    private const int MetersPerConcentrator = 40;
    private const int FreezesPerBatch = 3;

    /// <summary>Concentrators begin to read at five past midnight.</summary>
    private const long ConcentratorStartMs = 5 * 60 * SecondMs;
    private const int ConcentratorSpreadSeconds = 40 * 60;
    private const int FreezeSpreadSeconds = 6 * 3600;

    private static readonly byte[] GridBatchTopic = System.Text.Encoding.UTF8.GetBytes($"metering/v1/{RosterBuilder.GridCompany}/batch");

    private readonly int seed;
    private readonly SeasonClock clock;
    private readonly FaultPlan faults;
    private readonly Payload payload;
    private readonly List<Reporter> quarterHourly = [];
    private readonly List<Reporter> daily = [];
    private readonly List<Reporter> exchanged = [];
    private readonly List<Reporter[]> concentrators = [];
    private readonly Dictionary<int, List<Pending>> buckets = [];
    private readonly Stack<List<Pending>> emptied = new();
    private readonly List<BatchItem> batch = [];
    private int order;

    internal MessageStream(Fleet fleet)
    {
        seed = fleet.Options.Seed;
        clock = fleet.Clock;
        faults = new FaultPlan(fleet.Options, clock);
        payload = new Payload(clock);
        Dictionary<string, List<Reporter>> behind = [];
        Dictionary<string, string> villages = fleet.Households.ToDictionary(household => household.Id, household => household.Division);
        foreach (IGrouping<SupplyPoint, Meter> point in fleet.Meters.GroupBy(meter => meter.Point))
        {
            Reporter reporter = new([.. point]);
            if (reporter.Meters.Any(meter => meter.FirstSlot > 0 || meter.EndSlot != int.MaxValue))
                exchanged.Add(reporter);
            (reporter.First.QuarterHourly ? quarterHourly : daily).Add(reporter);
            if (!reporter.First.BehindConcentrator)
                continue;
            string village = villages[reporter.First.HouseholdId];
            if (!behind.TryGetValue(village, out List<Reporter>? members))
                behind[village] = members = [];
            members.Add(reporter);
        }

        foreach (List<Reporter> members in behind.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value))
            concentrators.AddRange(members.Chunk(MetersPerConcentrator));
    }

    internal IEnumerable<FleetMessage> Run(long fromMs, long toMs)
    {
        for (int slot = 0; slot <= clock.LastSlot || buckets.Count > 0; slot++)
        {
            if (clock.MsAt(slot) >= toMs)
                yield break;
            if (slot <= clock.LastSlot)
                Read(slot);
            if (!buckets.Remove(slot, out List<Pending>? bucket))
                continue;
            bucket.Sort();
            foreach (Pending pending in bucket)
            {
                if (pending.PublishMs >= fromMs && pending.PublishMs < toMs)
                    yield return Render(pending);
            }

            bucket.Clear();
            emptied.Push(bucket);
        }
    }

    private void Read(int slot)
    {
        foreach (Reporter reporter in quarterHourly)
        {
            if (slot > 0)
                reporter.Draw(slot - 1);
            ReadSingle(reporter, slot, (2 + Dice.Pick(50, seed, Purpose.Reporting, reporter.Point.Index, 10)) * SecondMs);
        }

        if (slot % SeasonClock.SlotsPerDay != 0)
            return;
        foreach (Reporter reporter in daily)
        {
            if (slot > 0)
                reporter.Drawn += reporter.Point.Draw(slot - SeasonClock.SlotsPerDay, slot);
            if (reporter.First.BehindConcentrator)
                reporter.KeepFreeze(slot);
            else
                ReadSingle(reporter, slot, FreezeDelayMs(reporter, slot));
        }

        for (int i = 0; i < concentrators.Count; i++)
            ReadConcentrator(i, slot);
        foreach (Reporter reporter in exchanged)
            ReadStrays(reporter, slot);
    }

    /// <summary>A meter in the store or in the scrap shows what it was hung up or taken down with.</summary>
    private void ReadStrays(Reporter reporter, int slot)
    {
        foreach (Meter meter in reporter.Meters.Where(meter => faults.Strays(meter, slot)))
        {
            long shown = slot < meter.FirstSlot ? meter.Opening : meter.Closing ?? meter.Opening;
            Enqueue(new Pending(clock.MsAt(slot) + FreezeDelayMs(reporter, slot), order++, meter, slot, shown, null, 1), copyAfterMs: -1);
        }
    }

    /// <summary>A meter calls at its own hour after midnight, give or take a minute.</summary>
    private long FreezeDelayMs(Reporter reporter, int slot)
    {
        int hour = Dice.Pick(FreezeSpreadSeconds, seed, Purpose.Reporting, reporter.Point.Index, 11);
        int wobble = Dice.Pick(60, seed, Purpose.Reporting, reporter.Point.Index, slot + 100L);
        return (60 + hour + wobble) * SecondMs;
    }

    private void ReadSingle(Reporter reporter, int slot, long delayMs)
    {
        if (reporter.MeterAt(slot) is not { } meter)
            return;
        Outage outage = faults.OutageAt(meter, slot);
        if (outage is { Down: true, Lost: true })
            return;
        // A burst: whatever waited leaves in the first minute after the outage.
        long plannedMs = outage.Down ? clock.MsAt(outage.EndSlot) + (delayMs % (60 * SecondMs)) : clock.MsAt(slot) + delayMs;
        long publishMs = plannedMs + faults.DelayMs(meter.Index, slot);
        long shown = meter.Shown(slot, reporter.Drawn);
        long seen = faults.Glitch(meter, slot, shown);
        long copyAfterMs = faults.CopyAfterMs(meter.Index, slot);
        Pending reading = new(publishMs, order++, meter, slot, seen, null, 1);
        if (seen != shown || !SendTwice(reading, shown, copyAfterMs))
        {
            bool midnight = meter.SendsTariffs && slot % SeasonClock.SlotsPerDay == 0;
            byte[]? registers = midnight ? payload.Registers(clock.MsAt(slot) + meter.ClockErrorMs(slot), reporter.Registers(seen), meter.Decimals) : null;
            Enqueue(reading with { Registers = registers, Readings = midnight ? 5 : 1, WrongUnit = faults.WrongUnit(meter.Index, slot) }, copyAfterMs);
        }
    }

    /// <summary>A conflict or a correction: two values of one time, one of them wrong.</summary>
    private bool SendTwice(in Pending reading, long shown, long copyAfterMs)
    {
        long conflict = faults.ConflictOff(reading.Meter, reading.Slot);
        long off = conflict != 0 ? conflict : faults.CorrectionOff(reading.Meter, reading.Slot);
        if (off == 0 || shown + off < 0)
            return false;
        Enqueue(reading with { Shown = shown + off }, copyAfterMs);
        long secondMs = reading.PublishMs + faults.SecondAfterMs(reading.Meter, reading.Slot);
        Enqueue(reading with { PublishMs = secondMs, Order = order++, Revision = conflict != 0 ? 0 : 1 }, copyAfterMs);
        return true;
    }

    private void ReadConcentrator(int number, int slot)
    {
        batch.Clear();
        foreach (Reporter reporter in concentrators[number])
        {
            if (reporter.MeterAt(slot) is not { } meter || faults.OutageAt(meter, slot).Down)
                continue;
            for (int back = 0; back < FreezesPerBatch; back++)
            {
                int freeze = slot - (back * SeasonClock.SlotsPerDay);
                if (freeze < 0 || !meter.HangsAt(freeze))
                    break;
                long shown = faults.Glitch(meter, freeze, meter.Shown(freeze, reporter.FreezeAt(freeze)));
                batch.Add(new BatchItem(meter, clock.MsAt(freeze) + meter.ClockErrorMs(freeze), shown));
            }
        }

        if (batch.Count == 0)
            return;
        int sender = int.MinValue + number;
        long delayMs = ConcentratorStartMs + (Dice.Pick(ConcentratorSpreadSeconds, seed, Purpose.Reporting, sender, slot) * SecondMs);
        long publishMs = clock.MsAt(slot) + delayMs + faults.DelayMs(sender, slot);
        Meter anyOfThem = concentrators[number][0].First;
        Enqueue(new Pending(publishMs, order++, anyOfThem, slot, 0, payload.Batch(batch), batch.Count), faults.CopyAfterMs(sender, slot));
    }

    private void Enqueue(Pending pending, long copyAfterMs)
    {
        Bucket(pending.PublishMs).Add(pending);
        if (copyAfterMs >= 0)
            Bucket(pending.PublishMs + copyAfterMs).Add(pending with { PublishMs = pending.PublishMs + copyAfterMs, Order = order++ });
    }

    private List<Pending> Bucket(long publishMs)
    {
        int slot = (int)((publishMs - clock.StartMs) / SeasonClock.SlotMs);
        if (!buckets.TryGetValue(slot, out List<Pending>? bucket))
            buckets[slot] = bucket = emptied.TryPop(out List<Pending>? used) ? used : [];
        return bucket;
    }

    private FleetMessage Render(in Pending pending)
    {
        Meter meter = pending.Meter;
        if (pending.Batch is { } bytes)
            return new FleetMessage(pending.PublishMs, meter.Company, GridBatchTopic, bytes, pending.Readings);
        byte[] single = pending.Registers
            ?? payload.Single(clock.MsAt(pending.Slot) + meter.ClockErrorMs(pending.Slot), pending.Shown, meter.Decimals, pending.Revision, pending.WrongUnit);
        return new FleetMessage(pending.PublishMs, meter.Company, meter.Topic, single, pending.Readings);
    }

    private readonly record struct Pending(long PublishMs, int Order, Meter Meter, int Slot, long Shown, byte[]? Batch, int Readings)
        : IComparable<Pending>
    {
        /// <summary>A midnight's message with T1 to T4; null for a plain one.</summary>
        public byte[]? Registers { get; init; }

        public int Revision { get; init; }

        public bool WrongUnit { get; init; }

        public int CompareTo(Pending other)
        {
            int byTime = PublishMs.CompareTo(other.PublishMs);
            return byTime != 0 ? byTime : Order.CompareTo(other.Order);
        }
    }
}
