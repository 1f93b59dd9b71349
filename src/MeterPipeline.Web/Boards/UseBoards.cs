using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Boards;

/// <summary>
/// The boards of households, drawn in the background when somebody asks and the last is old: requests are given what there is. A pass is followed by a rest of
/// twenty times what it cost, so that it takes a twentieth of one core; one that finds nothing changed costs a scan. Any thread.
/// </summary>
internal sealed class UseBoards(ILedger ledger, PolicyBook policies, BoardSettings settings, TimeProvider time, ILogger<UseBoards> log) : IDisposable
{
    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(5);
    private const int RestFactor = 20;

    /// <summary>Times what a portion of a pass took, before the next.</summary>
    private const int PauseFactor = 3;

    /// <summary>How long a request waits for the first board of a season, and the one that begins a pass for a fresher one, which a small ledger gives soon: ms.</summary>
    private const int FirstWaitMs = 1_500;
    private const int FreshWaitMs = 15;

    /// <summary>Seasons in memory.</summary>
    private const int MostSeasons = 3;

    private readonly ConcurrentDictionary<int, Kept> seasons = new();
    private readonly CancellationTokenSource stop = new();

    public BoardSettings Settings => settings;

    public LocalDay Today => LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The newest board; null: the first is still being drawn.</summary>
    public UseBoard? Of(int autumn)
    {
        if (!seasons.ContainsKey(autumn) && seasons.Count >= MostSeasons)
            foreach (var (oldest, _) in seasons.Where(season => season.Value.Drawing.IsCompleted).OrderBy(season => season.Key).Take(1)) seasons.TryRemove(oldest, out _);
        var kept = seasons.GetOrAdd(autumn, year => new Kept(new UsePass(ledger, policies, settings.Usage, year)));
        var (drawing, begun) = Drawing(kept);
        if (kept.Board is null) drawing.Wait(FirstWaitMs);
        else if (begun) drawing.Wait(FreshWaitMs);
        return kept.Board;
    }

    /// <summary>A page of a list; empty while the first board is being drawn.</summary>
    public Paged<UseRow> Page(UseBoard? board, Place place, UseList list, int page) =>
        board is null ? Paged<UseRow>.Of<int>([], 1, _ => default) : Paged<UseRow>.Of(board.List(place.Prefix, list), page, i => board.Rows[i]);

    /// <summary>A page of holds; empty while the first board is being drawn.</summary>
    public Paged<HoldLine> Holds(UseBoard? board, Place place, string? reason, HoldOrder order, int page) =>
        Paged<HoldLine>.Of(board is null ? [] : HoldLists.Of(board, place.Prefix, reason, order), page, line => line);

    /// <summary>Households stated in the pass under way, and of how many.</summary>
    public (int Done, int Of) Progress(int autumn) => seasons.TryGetValue(autumn, out var kept) ? kept.Pass.Progress : default;

    public void Dispose()
    {
        stop.Cancel();
        Task.WaitAll([.. seasons.Values.Select(kept => kept.Drawing)]);
        stop.Dispose();
    }

    private (Task Drawing, bool Begun) Drawing(Kept kept)
    {
        lock (kept)
        {
            if (!kept.Drawing.IsCompleted || stop.IsCancellationRequested || (kept.Due is { } due && time.GetTimestamp() < due)) return (kept.Drawing, false);
            return (kept.Drawing = Task.Factory.StartNew(() => Draw(kept), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default), true);
        }
    }

    private void Draw(Kept kept)
    {
        var started = time.GetTimestamp();
        try
        {
            // The first board is wanted soon; a fresher one may take its time, and leaves three quarters of it to ingest and viewers.
            var first = kept.Board is null;
            kept.Board = kept.Pass.Draw(Today, time, took => Pause(first ? TimeSpan.Zero : took * PauseFactor), stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception error)
        {
            log.LogError(error, "The board of households could not be drawn; pages show the one before, with its age");
        }
        var rest = time.GetElapsedTime(started) * RestFactor;
        rest = rest < RestMin ? RestMin : rest > RestMax ? RestMax : rest;
        kept.Due = time.GetTimestamp() + (long)(rest.TotalSeconds * time.TimestampFrequency);
    }

    private void Pause(TimeSpan span)
    {
        if (span > TimeSpan.Zero) stop.Token.WaitHandle.WaitOne(span);
    }

    /// <summary>Owned by whoever locks it, but for the board, which is replaced whole.</summary>
    private sealed class Kept(UsePass pass)
    {
        private volatile UseBoard? board;

        public UsePass Pass => pass;

        public UseBoard? Board
        {
            get => board;
            set => board = value;
        }

        public Task Drawing { get; set; } = Task.CompletedTask;

        public long? Due { get; set; }
    }
}
