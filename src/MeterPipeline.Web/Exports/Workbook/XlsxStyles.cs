namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>The styles of every workbook, and their indexes.</summary>
internal static class XlsxStyles
{
    public const int Title = 1, Subtitle = 2, Heading = 3, Note = 4;

    private const int FirstBody = 5, Kinds = 7;

    /// <summary>As <see cref="CellKind"/> orders them after blank.</summary>
    private static readonly (int Id, string? Code)[] Formats = [(49, null), (3, null), (4, null), (164, "#,##0.0000"), (4, null), (165, "#,##0.00######"), (166, "0.0")];

    public static int Of(CellKind kind, RowStyle style) => FirstBody + (style == RowStyle.Sum ? Kinds : 0) + Math.Max(0, (int)kind - 1);

    /// <summary>The styles part.</summary>
    public static string Part()
    {
        var formats = Formats.Where(format => format.Code is not null).Select(format => $"""<numFmt numFmtId="{format.Id}" formatCode="{format.Code}"/>""");
        var cells = new[] { RowStyle.Body, RowStyle.Sum }.SelectMany(style => Formats.Select((format, i) => Listed(format.Id, i == 0, style)));
        return $"""
            <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
            <styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
            <numFmts count="3">{string.Concat(formats)}</numFmts>
            <fonts count="4">{Font(10, false)}{Font(16, true)}{Font(9, false)}{Font(10, true)}</fonts>
            <fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE7EBEF"/><bgColor indexed="64"/></patternFill></fill></fills>
            <borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>{Edge("left")}{Edge("right")}{Edge("top")}{Edge("bottom")}<diagonal/></border></borders>
            <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
            <cellXfs count="{FirstBody + 2 * Kinds}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>{Xf(49, 1, 0, 0, "center", wrap: false)}{Xf(49, 2, 0, 0, "left", wrap: true)}{Xf(49, 3, 2, 1, "center", wrap: true)}{Xf(49, 0, 0, 0, "left", wrap: true)}{string.Concat(cells)}</cellXfs>
            <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
            </styleSheet>
            """;
    }

    private static string Listed(int format, bool text, RowStyle style) =>
        Xf(format, style == RowStyle.Sum ? 3 : 0, style == RowStyle.Sum ? 2 : 0, 1, text ? "center" : "right", wrap: text);

    private static string Xf(int format, int font, int fill, int border, string align, bool wrap) =>
        $"""<xf numFmtId="{format}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="{align}" vertical="center"{(wrap ? " wrapText=\"1\"" : "")}{(align == "right" ? " shrinkToFit=\"1\"" : "")}/></xf>""";

    /// <summary>The font that every Chinese Windows has; other systems take their own for it.</summary>
    private static string Font(int size, bool bold) => $"""<font>{(bold ? "<b/>" : "")}<sz val="{size}"/><name val="宋体"/><family val="3"/><charset val="134"/></font>""";

    private static string Edge(string side) => $"""<{side} style="thin"><color rgb="FF8A949E"/></{side}>""";
}
