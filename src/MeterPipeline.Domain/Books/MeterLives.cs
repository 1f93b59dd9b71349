using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Books;

/// <summary>All lives of a meter with their registry points, and a print that changes when any of it does. Immutable, shared by registers.</summary>
public sealed class MeterLives
{
    private readonly Meter meter;

    public MeterLives(Meter meter)
    {
        this.meter = meter;
        Terms = LifeTerms.Of(meter);
        var points = new List<RegistryPoint>(2);
        foreach (var installation in meter.Installations)
        {
            if (installation is { InstalledAtMs: { } from, Opening: { } opening }) points.Add(new RegistryPoint(from, opening));
            if (installation is { RemovedAtMs: { } until, Closing: { } closing } && until > installation.FromMs) points.Add(new RegistryPoint(until, closing));
        }
        points.Sort((a, b) => a.TimeMs.CompareTo(b.TimeMs));
        Points = [.. points];
        Print = Fingerprint(meter);
    }

    /// <summary>Made when asked for: the fold needs their terms only.</summary>
    public MeterLife[] Lives => [.. meter.Installations.Select(installation => new MeterLife(installation))];

    public LifeTerms[] Terms { get; }

    /// <summary>Opening and closing registers in order of time. They belong to the total register only.</summary>
    public RegistryPoint[] Points { get; }

    public ulong Print { get; }

    /// <summary>Of everything that the fold depends on.</summary>
    private static ulong Fingerprint(Meter meter)
    {
        var print = Fnv.Start;
        foreach (var life in meter.Installations)
        {
            foreach (var number in (ReadOnlySpan<long>)
                [
                    life.FromMs, life.UntilMs, life.Opening ?? -1, life.Closing ?? -1, life.RegisterDigits ?? -1, life.Decimals ?? -1, life.Capacity ?? -1,
                    Quantity.FromDecimal(life.Multiplier), ((long)life.Serves << 8) | (long)life.Energy,
                ]) print = Fnv.Mix(print, number);
        }
        return print;
    }
}
