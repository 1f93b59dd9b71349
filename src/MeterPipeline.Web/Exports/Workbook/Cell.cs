namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>What a cell holds; decides how its number is shown.</summary>
internal enum CellKind : byte
{
    Blank,

    /// <summary>Never read as a number or a formula: identifiers are texts.</summary>
    Text,

    /// <summary>A whole number: <c>#,##0</c>.</summary>
    Count,

    /// <summary>kWh or m³, exact; shown with two decimals.</summary>
    Quantity,

    /// <summary>The same, shown with all four.</summary>
    ExactQuantity,

    /// <summary>Yuan in fen: <c>#,##0.00</c>.</summary>
    Yuan,

    /// <summary>Yuan that are not rounded yet: two to eight decimals.</summary>
    RawYuan,

    /// <summary>One decimal; the heading says that it is per cent.</summary>
    Percent,
}

internal readonly record struct Cell(CellKind Kind, string Text, decimal Number)
{
    public static Cell Blank => new(CellKind.Blank, "", 0);

    public static Cell Of(string text) => text.Length == 0 ? Blank : new(CellKind.Text, text, 0);

    public static Cell Count(long count) => new(CellKind.Count, "", count);

    /// <param name="quantity">0.0001 of the unit; null: blank.</param>
    public static Cell Quantity(long? quantity) => quantity is { } known ? new(CellKind.Quantity, "", Domain.Quantity.ToDecimal(known)) : Blank;

    /// <inheritdoc cref="Quantity"/>
    public static Cell ExactQuantity(long? quantity) => Quantity(quantity) is { Kind: CellKind.Quantity } cell ? cell with { Kind = CellKind.ExactQuantity } : Blank;

    /// <param name="yuan">Whole fen; null: blank.</param>
    public static Cell Yuan(decimal? yuan) => yuan is { } known ? new(CellKind.Yuan, "", known) : Blank;

    public static Cell RawYuan(decimal yuan) => new(CellKind.RawYuan, "", yuan);

    /// <param name="percent">Null: blank.</param>
    public static Cell Percent(decimal? percent) => percent is { } known ? new(CellKind.Percent, "", known) : Blank;
}

/// <summary>How a row stands out.</summary>
internal enum RowStyle : byte
{
    Body,

    /// <summary>Bold on grey: sums.</summary>
    Sum,

    /// <summary>A body row with room for a signature.</summary>
    Signed,
}

/// <param name="Width">Characters of the font's digits; a Chinese character takes two.</param>
internal readonly record struct ColumnHead(string Heading, double Width);

/// <summary>What stands on every page of a sheet.</summary>
/// <param name="Order">Place among the sheets of the book.</param>
/// <param name="Name">At most 25 characters, so that a number of the part fits behind.</param>
/// <param name="Subtitle">Below the title: which run, which unit.</param>
internal sealed record SheetHead(int Order, string Name, string Title, string Subtitle, IReadOnlyList<ColumnHead> Columns)
{
    /// <summary>It is signed, and printed so small that it stays on one page.</summary>
    public bool OnePage { get; init; }
}

/// <summary>A sheet being written. Not thread-safe; different sheets of a book may be written at the same time.</summary>
internal interface ISheet
{
    /// <param name="cells">One for each column.</param>
    void Row(ReadOnlySpan<Cell> cells, RowStyle style);

    /// <summary>A line of text over all columns.</summary>
    void Note(string text);
}

/// <summary>Sheets, put in their order at the end. Finish once, then dispose; disposing before abandons what was written.</summary>
internal interface ISheetBook : IDisposable
{
    ISheet Add(SheetHead head);

    /// <summary>Writes everything; the same rows give the same bytes.</summary>
    void Finish(Stream into);
}
