using System.Globalization;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// The sheets as CSV files in a ZIP archive: UTF-8 with a byte order mark, lines end in CRLF (RFC 4180), headings first. Title and notes are
/// left out, so that a program can read them. A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers never do.
/// </summary>
/// <param name="folder">For temporary files.</param>
internal sealed class CsvBook(string folder) : ISheetBook
{
    private readonly List<(SheetHead Head, CsvSheet Sheet)> sheets = [];

    public ISheet Add(SheetHead head)
    {
        var sheet = new CsvSheet(head, new PartFile(folder));
        sheets.Add((head, sheet));
        return sheet;
    }

    public void Finish(Stream into) =>
        PartArchive.Write(into, [.. sheets.OrderBy(sheet => sheet.Head.Order).Select(sheet => ($"{sheet.Head.Name}.csv", sheet.Sheet.Finished()))]);

    public void Dispose() => sheets.ForEach(sheet => sheet.Sheet.Dispose());
}

internal sealed class CsvSheet : ISheet, IDisposable
{
    private const int FlushChars = 1 << 15;

    /// <summary>What a cell of a formula can begin with (OWASP, CSV injection).</summary>
    private static readonly char[] Formula = ['=', '+', '-', '@', '\t', '\r'];

    private readonly PartFile part;
    private readonly StringBuilder text = new("\uFEFF");

    public CsvSheet(SheetHead head, PartFile part)
    {
        this.part = part;
        Row([.. head.Columns.Select(column => Cell.Of(column.Heading))], RowStyle.Body);
    }

    public void Row(ReadOnlySpan<Cell> cells, RowStyle style)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) text.Append(',');
            Append(cells[i]);
        }
        text.Append("\r\n");
        if (text.Length >= FlushChars) Flush();
    }

    public void Note(string text)
    {
    }

    public PartFile Finished()
    {
        Flush();
        return part;
    }

    public void Dispose() => part.Dispose();

    /// <summary>A text as a field: guarded against formulas, in quotes where it needs them.</summary>
    internal static string Field(string value)
    {
        var guarded = value.Length > 0 && Formula.Contains(value[0]) ? '\'' + value : value;
        return AccrualCsv.Quoted(guarded);
    }

    private void Append(in Cell cell)
    {
        switch (cell.Kind)
        {
            case CellKind.Blank:
                break;
            case CellKind.Text:
                text.Append(Field(cell.Text));
                break;
            case CellKind.Yuan:
                text.Append(CultureInfo.InvariantCulture, $"{cell.Number:0.00}");
                break;
            case CellKind.Quantity or CellKind.ExactQuantity:
                text.Append(CultureInfo.InvariantCulture, $"{cell.Number:0.0000}");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{cell.Number}");
                break;
        }
    }

    private void Flush()
    {
        part.Write(text.ToString());
        text.Clear();
    }
}
