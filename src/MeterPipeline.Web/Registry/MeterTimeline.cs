using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>When meters came and went, with the registers that were read then. A meter that goes on the day on which another of its energy comes was exchanged.</summary>
internal sealed class MeterTimeline(Texts texts, IReadOnlyList<InstalledMeter> lives)
{
    private readonly RegistryTexts words = RegistryTexts.For(texts);

    public Markup Section() => lives.Count == 0 ? Markup.Empty
        : Markup.Of($"<section class=\"card\"><h2>{words.Lives}</h2><ol class=\"line\">{Events()}</ol></section>");

    private IEnumerable<Markup> Events()
    {
        var exchanged = new HashSet<InstalledMeter>();
        var events = new List<(long AtMs, Markup Event)>();
        foreach (var gone in lives.Where(installed => installed.Life.RemovedAtMs is not null))
        {
            var next = lives.FirstOrDefault(installed => !exchanged.Contains(installed) && Follows(installed.Life, gone.Life));
            if (next is not null) exchanged.Add(next);
            events.Add((gone.Life.UntilMs, Event(gone.Life.RemovedAtMs, next is null ? words.Remove : words.Exchange, [Closed(gone), next is null ? null : Opened(next)])));
        }
        foreach (var come in lives.Where(installed => !exchanged.Contains(installed)))
            events.Add((come.Life.FromMs, Event(come.Life.InstalledAtMs, words.Install, [Opened(come)])));
        return events.OrderBy(e => e.AtMs).Select(e => e.Event);
    }

    private static bool Follows(Installation next, Installation gone) =>
        next.InstalledAtMs is { } at && next.MeterId != gone.MeterId && next.Energy == gone.Energy && next.Serves == gone.Serves
        && LocalDay.Of(at) == LocalDay.Of(gone.UntilMs);

    private Markup Event(long? atMs, string what, IEnumerable<Markup?> parts) => Markup.Of($"""
        <li><time>{(atMs is { } known ? Moment(known) : words.Before)}</time><b>{what}</b>{parts.OfType<Markup>().Select(part => Markup.Of($"<span>{part}</span>"))}</li>

        """);

    /// <summary>The hour only where it is not the day's beginning.</summary>
    private static string Moment(long ms) => LocalDay.Of(ms).StartMs == ms ? LocalDay.Of(ms).ToString() : Figures.Time(ms)[..16];

    private Markup Opened(InstalledMeter installed) => Part(installed, words.Opening, installed.Life.Opening);

    private Markup Closed(InstalledMeter installed) => Part(installed, words.Closing, installed.Life.Closing);

    private Markup Part(InstalledMeter installed, string word, long? register) => register is { } read
        ? Markup.Of($"{RegistryValues.Entity(texts, "meter", installed.Meter.Id)} {word} <em>{Figures.Exact(read)} {RegistryValues.Unit(installed.Life.Energy)}</em>")
        : Markup.Of($"{RegistryValues.Entity(texts, "meter", installed.Meter.Id)} {word} {words.Unknown}");
}
