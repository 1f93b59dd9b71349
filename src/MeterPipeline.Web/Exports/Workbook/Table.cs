namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>A column of a list: heading, width, and what it says of a row.</summary>
/// <param name="Summed">Whether the sum of the column means anything.</param>
internal sealed record Column<T>(string Heading, double Width, Func<T, Cell> Of, bool Summed = false);

/// <summary>Rows of one kind on a sheet, with the sums of its columns. Not thread-safe.</summary>
internal sealed class Table<T>(ISheet sheet, IReadOnlyList<Column<T>> columns)
{
    private readonly Cell[] cells = new Cell[columns.Count];
    private readonly Cell[] sums = new Cell[columns.Count];

    public static IReadOnlyList<ColumnHead> Heads(IEnumerable<Column<T>> columns) => [.. columns.Select(column => new ColumnHead(column.Heading, column.Width))];

    public int Rows { get; private set; }

    public void Add(T row, RowStyle style = RowStyle.Body)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = columns[i].Of(row);
            cells[i] = cell;
            if (columns[i].Summed && style != RowStyle.Sum && cell.Kind != CellKind.Blank) sums[i] = cell with { Number = sums[i].Number + cell.Number };
        }
        sheet.Row(cells, style);
        if (style != RowStyle.Sum) Rows++;
    }

    /// <summary>The row of sums over all body rows.</summary>
    public void Total()
    {
        sums[0] = Cell.Of(RunTexts.Total);
        for (var i = 1; i < sums.Length; i++)
            if (sums[i].Kind == CellKind.Blank) sums[i] = Cell.Blank; // a default cell has no text
        sheet.Row(sums, RowStyle.Sum);
    }

    public void Note(string text) => sheet.Note(text);
}
