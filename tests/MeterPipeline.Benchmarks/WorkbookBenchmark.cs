using System.Diagnostics;
using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using MeterPipeline.Bench;
using MeterPipeline.Tests.Exports;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// Finance's workbook of synthetic lines, and beside it the same lists as CSV, one sheet of as many rows and twenty columns by the SDK's
/// OpenXmlWriter, and by its document tree at a tenth of the size. Run one with <c>--only</c> to see its own peak memory.
/// </summary>
public static class WorkbookBenchmark
{
    private const int Columns = 20;

    public static int Run(Options options)
    {
        var households = options.Number("households", 160_000);
        var report = new Report(options.Verb, options.Text("out"));
        var folder = Directory.CreateTempSubdirectory("meterpipeline-bench-").FullName;
        try
        {
            var export = RunLines.Export(RunLines.Many(households), RunLines.TotalsOf(RunLines.Many(households)));
            report.Line($"{households:N0} households with a meter each.");
            report.Line("");
            report.Line("| what | seconds | file, MB | peak memory of the process so far, MB |");
            report.Line("|---|---|---|---|");
            void Measure(string name, string what, Action<Stream> write)
            {
                if ((options.Text("only") ?? name) == name) report.Line(Once(Path.Combine(folder, name), what, write));
            }
            Measure("lines", "making the lines, nothing else", _ => export.Lines.Count());
            Measure("xlsx", "the workbook, all sheets", into => RunWorkbook.Write(export, into, folder, _ => { }));
            Measure("csv", "the same lists as CSV in a ZIP", into => RunWorkbook.WriteCsv(export, into, folder, _ => { }));
            Measure("sdk", $"one sheet of {households:N0} × {Columns} by OpenXmlWriter", into => ByWriter(into, households));
            Measure("tree", $"one sheet of {households / 10:N0} × {Columns} by the SDK's document tree", into => ByTree(into, households / 10));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        report.End();
        return 0;
    }

    private static string Once(string file, string what, Action<Stream> write)
    {
        var started = Stopwatch.GetTimestamp();
        using (var stream = new FileStream(file, FileMode.Create, FileAccess.ReadWrite)) write(stream);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return $"| {what} | {seconds:F2} | {new FileInfo(file).Length / 1e6:F1} | {process.PeakWorkingSet64 / 1e6:F0} |";
    }

    private static void ByWriter(Stream into, int rows)
    {
        using var document = SpreadsheetDocument.Create(into, SpreadsheetDocumentType.Workbook);
        var sheet = Sheet(document);
        using var writer = OpenXmlWriter.Create(sheet);
        writer.WriteStartElement(new Worksheet());
        writer.WriteStartElement(new SheetData());
        for (var row = 0; row < rows; row++)
        {
            writer.WriteStartElement(new Row());
            for (var column = 0; column < Columns; column++) writer.WriteElement(CellOf(row, column));
            writer.WriteEndElement();
        }
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    private static void ByTree(Stream into, int rows)
    {
        using var document = SpreadsheetDocument.Create(into, SpreadsheetDocumentType.Workbook);
        var data = new SheetData();
        for (var row = 0; row < rows; row++) data.AppendChild(new Row(Enumerable.Range(0, Columns).Select(column => CellOf(row, column))));
        Sheet(document).Worksheet = new Worksheet(data);
    }

    private static WorksheetPart Sheet(SpreadsheetDocument document)
    {
        var book = document.AddWorkbookPart();
        var sheet = book.AddNewPart<WorksheetPart>();
        book.Workbook = new DocumentFormat.OpenXml.Spreadsheet.Workbook(new Sheets(new Sheet { Id = book.GetIdOfPart(sheet), SheetId = 1, Name = "1" }));
        return sheet;
    }

    /// <summary>Half texts, half numbers, as on the lists.</summary>
    private static Cell CellOf(int row, int column) => column % 2 == 0
        ? new Cell { DataType = CellValues.InlineString, InlineString = new InlineString(new Text(string.Create(CultureInfo.InvariantCulture, $"1408821012{row:00000000}"))) }
        : new Cell { CellValue = new CellValue(string.Create(CultureInfo.InvariantCulture, $"{row * 37 % 104_000 / 100m:0.00}")) };
}
