using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Books;

/// <summary>
/// Random weeks or months of one meter: clean truth plus whatever meters and head-ends do to it, exchanges, resets and jumps included. The same seed
/// gives the same history.
/// </summary>
internal sealed class History
{
    private const long Step = 15 * 60_000;
    private readonly Random dice;
    private readonly int points;
    private readonly List<Installation> lives = [];
    private readonly int? digits;
    private readonly decimal multiplier;
    private long readMs; // the last good reading, or the beginning of the life

    public History(int seed) : this(seed, LocalDay.On(2025, 6, 20))
    {
    }

    /// <param name="first">The meter is hung up on this day or within forty days after it.</param>
    public History(int seed, LocalDay first)
    {
        dice = new Random(seed);
        // Most histories are short, so that thousands are cheap: what happens does so within a few points. Some last for months.
        points = dice.Next(25) == 0 ? 300 : dice.Next(8, 60);
        digits = dice.Next(4) switch { 0 => 4, 1 => null, _ => 6 };
        multiplier = dice.Next(4) switch { 0 => 10m, 1 => 1.5m, _ => 1m };
        var interval = dice.Next(3) == 0 ? LocalDay.LengthMs : Step * dice.Next(1, 9);
        var value = digits == 4 ? 99_000_000L : dice.Next(0, 1_000_000) * 100L;
        var time = first.StartMs + dice.Next(0, 40) * LocalDay.LengthMs;
        var (exchangeAt, resetAt, jumpAt) = (Maybe(), Maybe(), Maybe());
        Broke = resetAt >= 0 || jumpAt >= 0;
        var begin = Life(time, value);
        var counted = 0L;
        Truth.Add((time, 0));
        for (var i = 0; i < points; i++)
        {
            time += dice.Next(20) == 0 ? interval * dice.Next(1, 20) : interval;
            var used = dice.Next(0, (int)Math.Min(100_000, interval / 1000));
            value += used;
            Truth.Add((time, counted += used));
            if (i == resetAt) value = 0;
            if (i == jumpAt) value += 5_000_000_000;
            if (i == exchangeAt)
            {
                lives.Add(begin with { RemovedAtMs = time, Closing = Shown(value) });
                // What still comes in before the next life begins counts for nothing.
                if (dice.Next(2) == 0) Add(time + Step, Shown(value) + 7);
                time = LocalDay.Of(time).EndMs + dice.Next(1, 200) * Step;
                value = dice.Next(0, 10_000);
                begin = Life(time, value);
                Truth.Add((time, counted));
                continue;
            }
            if (dice.Next(15) != 0) Add(time, Shown(value));
        }
        lives.Add(dice.Next(2) == 0 ? begin : begin with { RemovedAtMs = time + 1, Closing = Shown(value) });
        Meter = new Meter(1, "M1", lives);
    }

    public Meter Meter { get; }

    public List<Reading> Readings { get; } = [];

    /// <summary>What was truly counted by each point, 0.0001 kWh as shown, unmetered gaps left out; never less than before.</summary>
    public List<(long TimeMs, long Counted)> Truth { get; } = [];

    /// <summary>The register itself broke, so that its readings tell no truth; near the modulus a reset may even look like a rollover.</summary>
    public bool Broke { get; }

    public decimal Multiplier => multiplier;

    public RegistrySnapshot Registry => new(1, [], [], [], [Meter]);

    /// <summary>Another registry for the same readings: somebody corrects a row of the meter.</summary>
    public RegistrySnapshot Amended()
    {
        var last = Meter.Installations[^1];
        var amended = dice.Next(3) switch
        {
            0 => last with { RegisterDigits = last.RegisterDigits is null ? 6 : null },
            1 => last with { Capacity = Quantity.PerUnit * dice.Next(1, 100) },
            _ => last with { Opening = last.Opening + dice.Next(1, 50), InstalledAtMs = last.InstalledAtMs + 60_000 },
        };
        return new(2, [], [], [], [Meter with { Installations = [.. Meter.Installations.SkipLast(1), amended] }]);
    }

    private int Maybe() => dice.Next(3) == 0 ? dice.Next(3, points) : -1;

    private Installation Life(long fromMs, long value)
    {
        readMs = fromMs;
        return new("M1", "H1", "grid", Energy.Electricity, digits, 2, null, multiplier, fromMs, Shown(value), null, null, Serves.WholeHouse, 0);
    }

    private long Shown(long value) => digits == 4 ? value % 100_000_000 : digits == 6 ? value % 10_000_000_000 : value;

    /// <summary>Whether a zero here could as well be the register that rolls over: such a reading tells a lie that nobody can see.</summary>
    private bool RollsOver(long shown) => digits == 4 && Math.Min(shown, 100_000_000 - shown) < 500_000;

    private void Add(long time, long shown)
    {
        if (dice.Next(8) == 0) Readings.Add(new Reading(1, Register.T1, time, shown / 2, 0));
        switch (dice.Next(30))
        {
            case 0 when !RollsOver(shown): // transient zero
                Readings.Add(new Reading(1, Register.Total, time, 0, 0));
                return;
            case 1: // spike: more than a connection carries since the last good reading, and another every time, for two of one size look like a register that came back
                Readings.Add(new Reading(1, Register.Total, time, shown + (time - readMs) / 7 + dice.Next(50_000_000, 500_000_000), 0));
                return;
            case 2: // conflict
                Readings.Add(new Reading(1, Register.Total, time, shown, 0));
                Readings.Add(new Reading(1, Register.Total, time, shown + dice.Next(1, 500), 0));
                break;
            case 3: // correction
                Readings.Add(new Reading(1, Register.Total, time, shown + dice.Next(1, 500), 0));
                Readings.Add(new Reading(1, Register.Total, time, shown, 1));
                break;
            default:
                Readings.Add(new Reading(1, Register.Total, time, shown, 0));
                break;
        }
        readMs = time;
    }
}
