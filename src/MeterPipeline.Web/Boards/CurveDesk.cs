using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>Load curves with every acknowledged reading, shared for a moment. Any thread.</summary>
internal sealed class CurveDesk(JournalTail tail, PolicyBook policies, TimeProvider time)
{
    private const int MostKept = 256;
    private readonly ConcurrentDictionary<(string Id, int Day, int Days), Held<Found>> kept = new();

    /// <summary>Null: no such household, or none with a meter.</summary>
    /// <param name="days">1 to <see cref="LoadCurve.MostDays"/>.</param>
    public LoadCurve? Of(string id, LocalDay first, int days)
    {
        if (kept.Count >= MostKept) kept.Clear();
        return kept.GetOrAdd((id, first.Number, days), key => new Held<Found>(time, () => Read(key.Id, new LocalDay(key.Day), key.Days))).Get().Curve;
    }

    private Found Read(string id, LocalDay first, int days)
    {
        using var reading = LedgerReading.Open(tail, policies, registry => registry.MetersOf(id).Select(meter => meter.No));
        if (!reading.Books.Registry.Households.TryGetValue(id, out var household)) return new Found(null);
        var statement = reading.Statements.Of(household, HeatingSeason.AutumnOf(first));
        return new Found((statement?.Energy ?? Statements.EnergyOf(household.Route)) is { } energy ? LoadCurve.Of(reading, household, energy, first, days) : null);
    }

    private sealed record Found(LoadCurve? Curve);
}
