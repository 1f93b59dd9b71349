using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;

namespace MeterPipeline.Tests.Exports;

/// <summary>A workbook as a spreadsheet program reads it: sheets by name, cells as texts and their types.</summary>
internal sealed class ReadBook
{
    public const int HeadRows = 3;

    private readonly byte[] bytes;
    private readonly Dictionary<string, List<List<(string Text, bool IsText)>>> sheets = [];

    public ReadBook(byte[] bytes)
    {
        this.bytes = bytes;
        using var document = SpreadsheetDocument.Open(new MemoryStream(bytes), isEditable: false);
        var book = document.WorkbookPart!;
        Created = document.PackageProperties.Created;
        PrintTitles = [.. book.Workbook.DefinedNames!.Elements<DefinedName>().Select(name => name.Text)];
        foreach (var sheet in book.Workbook.Sheets!.Elements<Sheet>())
        {
            var part = (WorksheetPart)book.GetPartById(sheet.Id!);
            sheets[sheet.Name!] = [.. part.Worksheet.Descendants<Row>().Select(row => row.Elements<Cell>().Select(Read).ToList())];
            Setups.Add(part.Worksheet.GetFirstChild<PageSetup>()!);
        }
    }

    /// <summary>What breaks the rules of the format; looked for when asked.</summary>
    public List<string> Errors
    {
        get
        {
            using var document = SpreadsheetDocument.Open(new MemoryStream(bytes), isEditable: false);
            return [.. new OpenXmlValidator(DocumentFormat.OpenXml.FileFormatVersions.Office2019).Validate(document).Select(error => $"{error.Part?.Uri} {error.Path?.XPath}: {error.Description}")];
        }
    }

    public DateTime? Created { get; }

    public List<string> PrintTitles { get; }

    public List<PageSetup> Setups { get; } = [];

    public IEnumerable<string> Names => sheets.Keys;

    public IReadOnlyList<List<(string Text, bool IsText)>> Rows(string sheet) => sheets[sheet];

    public IEnumerable<string> Texts(string sheet) => sheets[sheet].SelectMany(row => row.Select(cell => cell.Text));

    /// <summary>A column of the rows below the heading whose first cell is a number, or of the row of sums.</summary>
    public IEnumerable<(string Text, bool IsText)> Column(string sheet, string heading) =>
        sheets[sheet].Skip(HeadRows).Where(row => row.Count > Index(sheet, heading) && row[0].Text != "合计").Select(row => row[Index(sheet, heading)]);

    public decimal Total(string sheet, string heading) =>
        decimal.Parse(sheets[sheet].Last(row => row[0].Text == "合计")[Index(sheet, heading)].Text, System.Globalization.CultureInfo.InvariantCulture);

    private int Index(string sheet, string heading) => sheets[sheet][HeadRows - 1].FindIndex(cell => cell.Text == heading) is >= 0 and var at
        ? at : throw new KeyNotFoundException($"{sheet} has no column {heading}");

    private static (string, bool) Read(Cell cell) => (cell.InlineString?.InnerText ?? cell.CellValue?.Text ?? "", cell.DataType?.Value == CellValues.InlineString);
}
