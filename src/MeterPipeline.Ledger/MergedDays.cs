using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>All meter days by meter out of tables that are ordered by day: a merge of one stream per day. Sorting them whole would need their size again on disk.</summary>
internal static class MergedDays
{
    /// <param name="on">The rows of one day, ordered by meter and register; streams of several days are read beside each other.</param>
    public static IEnumerable<MeterDayRow> Of(IEnumerable<int> days, Func<int, IEnumerable<MeterDayRow>> on)
    {
        var streams = new List<IEnumerator<MeterDayRow>>();
        try
        {
            var next = new PriorityQueue<IEnumerator<MeterDayRow>, (int MeterNo, Register Register, int Day)>();
            foreach (var day in days)
            {
                var stream = on(day).GetEnumerator();
                streams.Add(stream);
                if (stream.MoveNext()) next.Enqueue(stream, Key(stream.Current));
            }
            while (next.TryDequeue(out var stream, out _))
            {
                yield return stream.Current;
                if (stream.MoveNext()) next.Enqueue(stream, Key(stream.Current));
            }
        }
        finally
        {
            foreach (var stream in streams) stream.Dispose();
        }
    }

    private static (int MeterNo, Register Register, int Day) Key(MeterDayRow row) => (row.MeterNo, row.Register, row.Day);
}
