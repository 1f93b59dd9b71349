using System.Globalization;
using System.Security;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>
/// A workbook in Office Open XML (ECMA-376), of sheets that were each written into parts of their own. Its bytes depend on rows, heads and the time
/// given alone.
/// </summary>
/// <param name="folder">For temporary files.</param>
/// <param name="atMs">The time that document properties name, ms since the epoch.</param>
/// <param name="rowsMax">Rows that a sheet can have.</param>
internal sealed class XlsxBook(string folder, string title, long atMs, PageMarks marks, int rowsMax) : ISheetBook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006";
    private const string Sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    private const string Declaration = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";

    private readonly List<XlsxSheet> sheets = [];
    private readonly List<PartFile> others = [];

    public ISheet Add(SheetHead head)
    {
        var sheet = new XlsxSheet(head, marks, folder, rowsMax);
        sheets.Add(sheet);
        return sheet;
    }

    public void Finish(Stream into)
    {
        var named = sheets.OrderBy(sheet => sheet.Head.Order).SelectMany(sheet => sheet.Finished().Select((part, i) => (Name: i == 0 ? sheet.Head.Name : $"{sheet.Head.Name}（{i + 1}）", Part: part))).ToList();
        var names = named.ConvertAll(sheet => sheet.Name);
        var entries = new List<(string, PartFile)>
        {
            ("[Content_Types].xml", Of(ContentTypes(names.Count))),
            ("_rels/.rels", Of(Relations(("rId1", "officeDocument", "xl/workbook.xml"), ("rId2", "extended-properties", "docProps/app.xml"), ("rId3", "core", "docProps/core.xml")))),
            ("docProps/app.xml", Of($"""{Declaration}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>MeterPipeline</Application></Properties>""")),
            ("docProps/core.xml", Of(CoreProperties())),
            ("xl/workbook.xml", Of(Workbook(names))),
            ("xl/_rels/workbook.xml.rels", Of(Relations([.. names.Select((_, i) => ($"rId{i + 1}", "worksheet", $"worksheets/sheet{i + 1}.xml")), ("styles", "styles", "styles.xml")]))),
            ("xl/styles.xml", Of(XlsxStyles.Part())),
        };
        entries.AddRange(named.Select((sheet, i) => ($"xl/worksheets/sheet{i + 1}.xml", sheet.Part)));
        PartArchive.Write(into, entries);
    }

    public void Dispose()
    {
        sheets.ForEach(sheet => sheet.Dispose());
        others.ForEach(part => part.Dispose());
    }

    private PartFile Of(string content)
    {
        var part = new PartFile(folder);
        others.Add(part);
        part.Write(content);
        return part;
    }

    private static string ContentTypes(int count)
    {
        var types = new StringBuilder($"""{Declaration}<Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>""");
        void Add(string part, string type) => types.Append(CultureInfo.InvariantCulture, $"""<Override PartName="{part}" ContentType="{type}"/>""");
        Add("/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml");
        Add("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml");
        Add("/xl/workbook.xml", $"{Sheet}.sheet.main+xml");
        Add("/xl/styles.xml", $"{Sheet}.styles+xml");
        for (var i = 1; i <= count; i++) Add($"/xl/worksheets/sheet{i}.xml", $"{Sheet}.worksheet+xml");
        return types.Append("</Types>").ToString();
    }

    private static string Relations(params (string Id, string Type, string Target)[] relations)
    {
        var all = relations.Select(r => $"""<Relationship Id="{r.Id}" Type="{(r.Type == "core" ? $"{Package}/relationships/metadata/core-properties" : $"{Office}/{r.Type}")}" Target="{r.Target}"/>""");
        return $"""{Declaration}<Relationships xmlns="{Package}/relationships">{string.Concat(all)}</Relationships>""";
    }

    private string CoreProperties()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(atMs).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return $"""
            {Declaration}<cp:coreProperties xmlns:cp="{Package}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{SecurityElement.Escape(title)}</dc:title><dc:creator>MeterPipeline</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{time}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{time}</dcterms:modified></cp:coreProperties>
            """;
    }

    private static string Workbook(List<string> names)
    {
        var sheets = names.Select((name, i) => $"""<sheet name="{SecurityElement.Escape(name)}" sheetId="{i + 1}" r:id="rId{i + 1}"/>""");
        var titles = names.Select((name, i) => $"""<definedName name="_xlnm.Print_Titles" localSheetId="{i}">{SecurityElement.Escape($"'{name}'!$1:${XlsxSheet.HeadRows}")}</definedName>""");
        return $"""{Declaration}<workbook xmlns="{Main}" xmlns:r="{Office}"><bookViews><workbookView/></bookViews><sheets>{string.Concat(sheets)}</sheets><definedNames>{string.Concat(titles)}</definedNames></workbook>""";
    }
}
