using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Web.Boards;

/// <summary>Seasons as the overview shows them, from flushed village rows only: cheap however many households there are. Any thread.</summary>
internal sealed class SeasonBoards(ILedger ledger, PolicyBook policies, TimeProvider time)
{
    /// <summary>Seasons offered without a policy that names them.</summary>
    private const int SeasonsBack = 3;

    private readonly ConcurrentDictionary<int, Held<SeasonSheet>> sheets = new();

    public PolicyBook Policies => policies;

    /// <summary>The autumn year of today's heating year.</summary>
    public int CurrentAutumn => HeatingSeason.AutumnOf(LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <summary>Autumn years that the picker offers, newest first.</summary>
    public IReadOnlyList<int> Autumns()
    {
        var first = policies.Policies.Count == 0 ? CurrentAutumn : policies.Policies.Min(policy => policy.FromAutumn);
        first = Math.Clamp(first, CurrentAutumn - 10, CurrentAutumn - SeasonsBack);
        return [.. Enumerable.Range(first, CurrentAutumn - first + 1).Reverse()];
    }

    /// <summary>The newest season with village rows, else today's.</summary>
    public int DefaultAutumn()
    {
        foreach (var autumn in Autumns())
            if (Sheet(autumn).HasRows) return autumn;
        return CurrentAutumn;
    }

    /// <summary>Reads a season's name; nothing said means the default.</summary>
    public bool TryReadSeason(string? name, out int autumn)
    {
        if (!string.IsNullOrEmpty(name)) return HeatingSeason.TryParseName(name, out autumn) && Autumns().Contains(autumn);
        autumn = DefaultAutumn();
        return true;
    }

    /// <summary>First and last day of a season in a division, or under the first policy where it has none of its own.</summary>
    public HeatingSeason Dates(Place place) =>
        policies.Season(place.Prefix.Length == 0 ? policies.Policies.SelectMany(p => p.Areas).FirstOrDefault("") : DivisionCode.Full(place.Prefix), place.Autumn);

    /// <summary>One of <see cref="Autumns"/>: there is one sheet per season in memory.</summary>
    public SeasonSheet Sheet(int autumn) =>
        sheets.GetOrAdd(autumn, Held).Get();

    /// <summary>Of the default season, for what is the same in all: the registry.</summary>
    public SeasonSheet Newest => Sheet(DefaultAutumn());

    /// <summary>Reads anew, on this thread, the sheets that somebody asked for within this time.</summary>
    public void Follow(TimeSpan patience)
    {
        foreach (var (_, sheet) in sheets) sheet.Follow(patience);
    }

    private Held<SeasonSheet> Held(int autumn)
    {
        SeasonSheet? newest = null;
        return new Held<SeasonSheet>(time, () => newest = Read(autumn, newest));
    }

    // Village rows may trail the folded position by some flushes, so an unchanged position does not prove unchanged rows.
    private SeasonSheet Read(int autumn, SeasonSheet? before)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var (first, last) = (LocalDay.On(autumn, 7, 1).Number, LocalDay.On(autumn + 1, 6, 30).Number);
        // Day by day: a city's season at once would be sorted, and held, for nothing.
        return new SeasonSheet(autumn, view.FoldedSeq, registry, Enumerable.Range(first, last - first + 1).SelectMany(day => view.VillageDays("", day, day)), policies, before);
    }
}
