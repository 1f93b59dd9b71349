using System.Collections.Concurrent;
using MeterPipeline.Cli;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Bench.City;

/// <summary>
/// A ledger with a city's whole heating season, written by the recorder and the accruer of <c>run</c>: what is stored is what publishing the same readings
/// would have stored. Meter by meter, so that each folded year is written once. About 150 bytes of journal and 7 KB of ledger for a household.
/// </summary>
public static class CityLedger
{
    private const string Actor = "bench";

    /// <summary>Meters of one batch: about 13,000 readings.</summary>
    private const int BatchMeters = 16;
    private const int BatchesKept = 8;

    /// <summary>Meters that are folded again from their stored days.</summary>
    private const int SampleMeters = 500;

    private static readonly TimeSpan FoldMax = TimeSpan.FromMinutes(30);

    /// <summary>The ledger of a city of this size in <paramref name="folder"/>; built where it is not there yet.</summary>
    /// <returns>Its folder. To be copied before anything is written to it.</returns>
    /// <exception cref="CommandException">What was stored is not what was generated.</exception>
    public static string Of(string folder, int households, PolicyBook policies)
    {
        var finished = Path.Combine(folder, $"city-{households}");
        if (Directory.Exists(finished)) return finished;
        var unfinished = finished + ".part";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Console.Error.WriteLine($"Building a city of {households:N0} households and its season.");
        var started = TimeProvider.System.GetTimestamp();
        using (var ledger = SqliteLedger.Open(unfinished, create: true))
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            ledger.ChangeRegistry(CityRegistry.Draw(households), Actor, now);
            ledger.Settlements.PutPayees([.. CityRegistry.Payees(households)], Actor, now);
            var readings = RecordAsync(ledger, households, policies).GetAwaiter().GetResult();
            Check(ledger, households);
            Console.Error.WriteLine($"{readings:N0} readings of {households:N0} households stored in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s.");
        }
        Directory.Move(unfinished, finished);
        return finished;
    }

    /// <summary>Everything through the recorder, and folded, flushed and drawn when this completes.</summary>
    private static async Task<long> RecordAsync(SqliteLedger ledger, int households, PolicyBook policies)
    {
        var time = TimeProvider.System;
        var registry = new RegistryWatch(ledger, time);
        var recorder = new Recorder(ledger, time, NullLogger<Recorder>.Instance);
        var accruer = new Accruer(ledger, registry, recorder.Follow(0), new VillageBoard(policies, time) { Budget = FoldMax }, time, NullLogger<Accruer>.Instance);
        var empty = new BlockingCollection<IntakeBatch>();
        for (var i = 0; i < BatchesKept; i++) empty.Add(new IntakeBatch());
        recorder.FoldedSeq = _ => accruer.Failure is null ? accruer.AppliedSeq : throw accruer.Failure;
        recorder.Done = batch =>
        {
            batch.Clear();
            empty.Add(batch);
        };
        accruer.Start();
        for (var first = 0; first < households; first += BatchMeters)
        {
            var batch = empty.Take();
            for (var index = first; index < Math.Min(first + BatchMeters, households); index++) Fill(batch, registry.Registry, new CityMeter(index));
            if (batch.IsEmpty) empty.Add(batch);
            else await recorder.SubmitAsync(batch, CancellationToken.None).ConfigureAwait(false);
        }
        await recorder.DisposeAsync().ConfigureAwait(false);
        await accruer.DisposeAsync().ConfigureAwait(false);
        if (accruer.Failure is not null || accruer.FlushedSeq < ledger.JournalHead() || VillagesPrint(ledger) == 0)
            throw new CommandException($"The season was not folded. {accruer.Failure?.Message}".TrimEnd());
        return recorder.Readings.Value;
    }

    private static long VillagesPrint(SqliteLedger ledger)
    {
        using var view = ledger.OpenView();
        return view.VillagesPrint(0);
    }

    private static void Fill(IntakeBatch batch, RegistrySnapshot registry, CityMeter meter)
    {
        var (known, before) = (registry.Meters[meter.Id], batch.Count);
        foreach (var (timeMs, value) in meter.Readings()) batch.Add(new Reading(known.No, Register.Total, timeMs, value, 0));
        batch.Tally(known.Current.Company, batch.Count - before, 0);
    }

    /// <summary>Some meters, spread over the city, folded again from their stored days, and one by one beside what was generated. <c>verify</c> does it for all.</summary>
    /// <exception cref="CommandException">They differ: names the meter.</exception>
    private static void Check(SqliteLedger ledger, int households)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        for (var index = 0; index < households; index += Math.Max(1, households / SampleMeters))
        {
            var (meter, generated) = (registry.Meters[new CityMeter(index).Id], new CityMeter(index).Readings().ToList());
            var entries = new List<DayEntry>();
            var stored = view.MeterDays(meter.No, Register.Total, int.MinValue, int.MaxValue);
            foreach (var day in stored) MeterDay.Decode(new Domain.LocalDay(day.Day), day.Blob, entries);
            var book = MeterBook.FromDays(meter.No, Register.Total, new MeterLives(meter), (_, _, _, _) => [.. stored.Select(day => (day.Day, day.Blob))]);
            var years = book.ChangedYears().Select(autumn => (Autumn: autumn, Blob: book.Year(autumn))).ToList();
            var same = entries.Select(entry => (entry.TimeMs, entry.Value)).SequenceEqual(generated)
                && view.MeterYears(meter.No) is var kept && kept.Count == years.Count && kept.Zip(years).All(pair => pair.First.Autumn == pair.Second.Autumn && pair.First.Blob.AsSpan().SequenceEqual(pair.Second.Blob));
            if (!same) throw new CommandException($"Meter {meter.Id} was stored differently than it was generated.", ExitCode.Difference);
        }
    }
}
