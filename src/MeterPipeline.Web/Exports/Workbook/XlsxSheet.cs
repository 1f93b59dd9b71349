using System.Globalization;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// A sheet as SpreadsheetML (ECMA-376 part 1, 18.3), written row by row; texts stand in their cells. Where the rows of a sheet run out it goes on in
/// another one with the same head.
/// </summary>
/// <param name="rowsMax">Rows that a sheet can have, head included.</param>
internal sealed class XlsxSheet(SheetHead head, PageMarks marks, string folder, int rowsMax) : ISheet, IDisposable
{
    /// <summary>Title, subtitle, headings: they stay in sight and are printed on every page.</summary>
    public const int HeadRows = 3;

    /// <summary>Points: of a line of text, and of a row that is signed.</summary>
    private const int LineHeight = 13, SignedHeight = 30;

    /// <summary>Points; the format allows 409.</summary>
    private const int HeightMax = 400;

    private readonly List<PartFile> parts = [];
    private readonly List<int> merged = [];
    private XmlPart xml = null!;
    private int row;

    public SheetHead Head => head;

    /// <summary>One file for each sheet that it takes; all rows must have been written.</summary>
    public IReadOnlyList<PartFile> Finished()
    {
        Open();
        Close();
        return parts;
    }

    public void Row(ReadOnlySpan<Cell> cells, RowStyle style)
    {
        Open();
        Begin(Height(cells, style));
        foreach (ref readonly var cell in cells) Put(cell, XlsxStyles.Of(cell.Kind, style));
        xml.Raw("</row>"u8);
    }

    /// <summary>Points where it is not the usual height: programs do not stretch a row by themselves for a text of several lines.</summary>
    private int Height(ReadOnlySpan<Cell> cells, RowStyle style)
    {
        var lines = 1;
        for (var i = 0; i < cells.Length; i++)
            if (cells[i].Kind == CellKind.Text && 2 * cells[i].Text.Length > head.Columns[i].Width) lines = Math.Max(lines, LinesOf(cells[i].Text, head.Columns[i].Width));
        var needed = lines == 1 ? 0 : Math.Min(lines * LineHeight + 3, HeightMax);
        return style == RowStyle.Signed ? Math.Max(SignedHeight, needed) : needed;
    }

    public void Note(string text)
    {
        Open();
        Line(text, XlsxStyles.Note, Math.Min(LinesOf(text, head.Columns.Sum(column => column.Width)) * LineHeight + 3, HeightMax));
    }

    public void Dispose() => parts.ForEach(part => part.Dispose());

    /// <summary>Lines that a text takes in a column; a Chinese character is as wide as two digits, and the cell keeps one for its margins.</summary>
    private static int LinesOf(string text, double width)
    {
        var wide = 0;
        foreach (var character in text) wide += character < 0x2000 ? 1 : 2;
        return Math.Max(1, (int)Math.Ceiling(wide / (width - 1)));
    }

    /// <summary>A, B … Z, AA, AB …</summary>
    internal static string Letters(int column) =>
        column < 26 ? ((char)('A' + column)).ToString() : Letters(column / 26 - 1) + (char)('A' + column % 26);

    /// <summary>Makes sure that there is a part with room for a row.</summary>
    private void Open()
    {
        if (parts.Count > 0 && row < rowsMax) return;
        if (parts.Count > 0) Close();
        var part = new PartFile(folder);
        parts.Add(part);
        (xml, row) = (new XmlPart(part), 0);
        merged.Clear();
        xml.Raw("""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"""u8);
        xml.Raw("""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>"""u8);
        xml.Raw(Ascii($"""<sheetViews><sheetView workbookViewId="0"><pane ySplit="{HeadRows}" topLeftCell="A{HeadRows + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"""));
        xml.Raw("""<sheetFormatPr defaultRowHeight="15"/><cols>"""u8);
        for (var i = 0; i < head.Columns.Count; i++)
            xml.Raw(Ascii($"""<col min="{i + 1}" max="{i + 1}" width="{head.Columns[i].Width.ToString(CultureInfo.InvariantCulture)}" customWidth="1"/>"""));
        xml.Raw("</cols><sheetData>"u8);
        Line(head.Title, XlsxStyles.Title, 28);
        Line(head.Subtitle, XlsxStyles.Subtitle, 16);
        Begin(HeadingLines() * LineHeight + 6);
        foreach (var column in head.Columns) Put(Cell.Of(column.Heading), XlsxStyles.Heading);
        xml.Raw("</row>"u8);
    }

    private int HeadingLines() => head.Columns.Max(column => LinesOf(column.Heading, column.Width));

    private void Close()
    {
        xml.Raw("</sheetData>"u8);
        if (merged.Count > 0 && head.Columns.Count > 1)
        {
            xml.Raw(Ascii($"""<mergeCells count="{merged.Count}">"""));
            foreach (var line in merged) xml.Raw(Ascii($"""<mergeCell ref="A{line}:{Letters(head.Columns.Count - 1)}{line}"/>"""));
            xml.Raw("</mergeCells>"u8);
        }
        xml.Raw("""<printOptions horizontalCentered="1"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>"""u8);
        xml.Raw(Ascii($"""<pageSetup paperSize="9" fitToHeight="{(head.OnePage ? 1 : 0)}" orientation="landscape"/><headerFooter><oddFooter>"""));
        xml.Text($"&L&8{Literal(marks.Left)}&C&8第 &P 页 共 &N 页&R&8{Literal(marks.Right)}");
        xml.Raw("</oddFooter></headerFooter></worksheet>"u8);
        xml.Flush();
    }

    /// <summary>A text over all columns, on a row of the given height in points.</summary>
    private void Line(string text, int style, int height)
    {
        Begin(height);
        Put(Cell.Of(text), style);
        xml.Raw("</row>"u8);
        merged.Add(row);
    }

    private void Begin(int height)
    {
        xml.Raw("<row r=\""u8);
        xml.Number(++row);
        if (height > 0) xml.Raw(Ascii($"\" ht=\"{height}\" customHeight=\"1"));
        xml.Raw("\">"u8);
    }

    /// <summary>The next cell of the row. It does not say where it stands: the archive would be twice as long, and nobody needs to be told.</summary>
    private void Put(in Cell cell, int style)
    {
        xml.Raw("<c s=\""u8);
        xml.Number(style);
        switch (cell.Kind)
        {
            case CellKind.Blank:
                xml.Raw("\"/>"u8);
                return;
            case CellKind.Text:
                xml.Raw(Keeps(cell.Text) ? "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">"u8 : "\" t=\"inlineStr\"><is><t>"u8);
                xml.Text(cell.Text);
                xml.Raw("</t></is></c>"u8);
                return;
            default:
                xml.Raw("\"><v>"u8);
                xml.Number(cell.Number);
                xml.Raw("</v></c>"u8);
                return;
        }
    }

    /// <summary>Whether blanks at its ends belong to the text.</summary>
    private static bool Keeps(string text) => char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]);

    /// <summary>A text in a footer, where &amp; begins a code.</summary>
    private static string Literal(string text) => text.Replace("&", "&&", StringComparison.Ordinal);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}

/// <summary>What stands at the foot of every printed page.</summary>
internal sealed record PageMarks(string Left, string Right);
