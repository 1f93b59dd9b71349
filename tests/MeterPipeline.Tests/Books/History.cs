using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Tests.Books;

/// <summary>A random life of one meter: clean truth plus whatever meters and head-ends do to it. The same seed gives the same history.</summary>
internal sealed class History
{
    private const long Step = 15 * 60_000;

    public History(int seed)
    {
        var dice = new Random(seed);
        Seed = seed;
        var start = LocalDay.On(2025, 6, 20).StartMs + dice.Next(0, 40) * LocalDay.LengthMs;
        var digits = dice.Next(4) == 0 ? 4 : 6;
        var swap = dice.Next(3) == 0;
        var interval = dice.Next(3) == 0 ? LocalDay.LengthMs : Step * dice.Next(1, 9);
        var value = digits == 4 ? 99_000_000L : dice.Next(0, 1_000_000) * 100L;
        var modulus = digits == 4 ? 100_000_000L : 10_000_000_000L;
        var (opening, removedAt, closing) = (value, (long?)null, (long?)null);
        var time = start;
        for (var i = 0; i < 300; i++)
        {
            time += dice.Next(20) == 0 ? interval * dice.Next(1, 20) : interval;
            value += dice.Next(0, (int)Math.Min(100_000, interval / 1000));
            var shown = value % modulus;
            if (swap && i == 200) (removedAt, closing) = (time, shown);
            if (swap && i >= 200 && dice.Next(10) != 0) continue;
            if (dice.Next(15) == 0) continue;
            Add(dice, time, shown);
        }
        Meter = new Meter(1, "M1", [new Installation("M1", "H1", "grid", Energy.Electricity, digits, 2, null, 1, start, opening, removedAt, closing, Serves.WholeHouse, 0)]);
    }

    public int Seed { get; }

    public Meter Meter { get; }

    public List<Reading> Readings { get; } = [];

    public RegistrySnapshot Registry => new(1, [], [], [], [Meter]);

    private void Add(Random dice, long time, long shown)
    {
        switch (dice.Next(25))
        {
            case 0: // transient zero
                Readings.Add(new Reading(1, Register.Total, time, 0, 0));
                return;
            case 1: // spike
                Readings.Add(new Reading(1, Register.Total, time, shown + 50_000_000, 0));
                return;
            case 2: // conflict
                Readings.Add(new Reading(1, Register.Total, time, shown, 0));
                Readings.Add(new Reading(1, Register.Total, time, shown + dice.Next(1, 500), 0));
                return;
            case 3: // correction
                Readings.Add(new Reading(1, Register.Total, time, shown + dice.Next(1, 500), 0));
                Readings.Add(new Reading(1, Register.Total, time, shown, 1));
                return;
            default:
                Readings.Add(new Reading(1, Register.Total, time, shown, 0));
                return;
        }
    }
}
