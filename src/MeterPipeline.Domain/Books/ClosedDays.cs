namespace MeterPipeline.Domain.Books;

/// <summary>
/// Meter days before the open ones that are not stored yet, of all books, each day in the pieces that it grew in; a book has a list of its own days. Owned by one
/// thread.
/// </summary>
internal sealed class ClosedDays(DayPieces pieces)
{
    private readonly Blocks<Place> places = new();
    private List free;

    /// <summary>Adds a day, in place of what the list says of it.</summary>
    public void Keep(ref List list, in PiecedDay day)
    {
        for (var at = list; !at.IsEmpty; at = places[at.Number].Rest)
        {
            ref var place = ref places[at.Number];
            if (place.Day.Day != day.Day) continue;
            pieces.Release(place.Day);
            place.Day = day;
            return;
        }
        if (free.IsEmpty) free.First = places.Add() + 1;
        var taken = free;
        free = places[taken.Number].Rest;
        places[taken.Number] = new Place { Day = day, Rest = list };
        list = taken;
    }

    public bool Find(List list, int day, out PiecedDay found)
    {
        while (Next(ref list, out found))
            if (found.Day == day) return true;
        return false;
    }

    /// <summary>The first day of a list, which becomes the rest.</summary>
    public bool Next(ref List list, out PiecedDay day)
    {
        (day, var any) = (default, !list.IsEmpty);
        if (any) (day, list) = (places[list.Number].Day, places[list.Number].Rest);
        return any;
    }

    /// <summary>Gives a list's days back; it is empty then.</summary>
    public void Release(ref List list)
    {
        while (!list.IsEmpty)
        {
            ref var place = ref places[list.Number];
            pieces.Release(place.Day);
            (list, place.Rest, free) = (place.Rest, free, list);
        }
    }

    /// <summary>A book's days, in no order. Empty until a day is kept.</summary>
    public struct List
    {
        internal int First; // its place's number + 1, or 0

        public readonly bool IsEmpty => First == 0;

        internal readonly int Number => First - 1;
    }

    private struct Place
    {
        public PiecedDay Day;
        public List Rest;
    }
}
