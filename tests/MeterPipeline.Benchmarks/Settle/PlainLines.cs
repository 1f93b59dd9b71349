using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Benchmarks.Settle;

/// <summary>What one would write first: every line of a run once, twenty columns, nothing added up, by the tools at hand.</summary>
internal static class PlainLines
{
    public static void WriteCsv(IEnumerable<SettlementLine> lines, Stream into)
    {
        using var writer = new StreamWriter(into, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 1 << 16, leaveOpen: true);
        foreach (var line in lines) writer.WriteLine(string.Join(',', [.. Texts(line), .. Numbers(line).Select(Plain)]));
    }

    public static void WriteSheet(IEnumerable<SettlementLine> lines, Stream into)
    {
        using var document = SpreadsheetDocument.Create(into, SpreadsheetDocumentType.Workbook);
        var book = document.AddWorkbookPart();
        var sheet = book.AddNewPart<WorksheetPart>();
        book.Workbook = new Workbook(new Sheets(new Sheet { Id = book.GetIdOfPart(sheet), SheetId = 1, Name = "1" }));
        using var writer = OpenXmlWriter.Create(sheet);
        writer.WriteStartElement(new Worksheet());
        writer.WriteStartElement(new SheetData());
        foreach (var line in lines)
        {
            writer.WriteStartElement(new Row());
            foreach (var text in Texts(line)) writer.WriteElement(new Cell { DataType = CellValues.InlineString, InlineString = new InlineString(new Text(text)) });
            foreach (var number in Numbers(line)) writer.WriteElement(new Cell { CellValue = new CellValue(Plain(number)) });
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static string[] Texts(SettlementLine line) =>
    [
        line.Household.Division, line.Household.Township, line.Household.Village, line.Household.Id, line.Household.Name, line.Account, $"{line.Household.Route}", line.Use.Grade,
        string.Join(' ', line.Holds), line.Payee?.Bank ?? "", line.Payee?.AccountName ?? "", line.Payee?.BankAccount ?? "", line.Reckoning.Policy,
    ];

    private static decimal[] Numbers(SettlementLine line) =>
    [
        Quantity.ToDecimal(line.Use.Opening ?? 0), Quantity.ToDecimal(line.Use.Closing ?? 0), Quantity.ToDecimal(line.Use.Eligible), line.Accrued.Operating, line.Accrued.Hardship,
        line.Due.Total, line.Payable,
    ];

    private static string Plain(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
