namespace MeterPipeline.Web.Boards;

/// <summary>One page of a list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Count">Items on all pages.</param>
internal sealed record Paged<T>(IReadOnlyList<T> Items, int Page, int Pages, int Count)
{
    public const int Size = 50;

    /// <param name="asked">From 1; beyond the last means the last.</param>
    public static Paged<T> Of<TSource>(IReadOnlyList<TSource> all, int asked, Func<TSource, T> read)
    {
        var pages = Math.Max(1, (all.Count + Size - 1) / Size);
        var page = Math.Clamp(asked, 1, pages);
        return new Paged<T>([.. all.Skip((page - 1) * Size).Take(Size).Select(read)], page, pages, all.Count);
    }
}
