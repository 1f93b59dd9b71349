using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Tests.Exports;

/// <summary>Finance's workbook, read back as a spreadsheet program reads it.</summary>
public sealed class RunWorkbookTests : IDisposable
{
    private static readonly string[] Sheets = ["公示表", "发放清册", "计算明细", "汇总（县）", "汇总（乡镇）", "汇总（村）", "集中供暖企业清算", "调整与异常", "签字页"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Any_program_opens_it_and_it_prints_on_A4_landscape()
    {
        var book = Read(RunLines.Run([.. RunLines.Many(100)]));
        Assert.Empty(book.Errors);
        Assert.Equal(Sheets, book.Names);
        Assert.Equal(new DateTime(2026, 3, 19, 16, 0, 0), book.Created);
        Assert.All(book.PrintTitles, titles => Assert.EndsWith("!$1:$3", titles, StringComparison.Ordinal));
        Assert.All(book.Setups, setup => Assert.Equal((9u, "landscape", 0u), (setup.PaperSize!.Value, setup.Orientation!.InnerText, setup.FitToHeight!.Value)));
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public void Sums_of_all_sheets_are_those_of_the_run()
    {
        var lines = RunLines.Many(1000).ToList();
        lines[3] = lines[3] with { Before = RunLines.Amount(lines[3].Accrued.Operating - 12.5m) };
        lines[4] = lines[4] with { Before = RunLines.Amount(lines[4].Accrued.Operating + 30m), Advanced = 11 };
        lines[6] = lines[6] with { Advanced = 5000 };
        var (book, totals) = (Read(RunLines.Run(lines)), RunLines.TotalsOf(lines));
        foreach (var sheet in Sheets[3..6])
        {
            Assert.Equal(totals.Households, book.Total(sheet, "户数"));
            Assert.Equal(totals.Accrued.Total, book.Total(sheet, "核定金额（元）"));
            Assert.Equal(totals.Due.Total, book.Total(sheet, "应发（元）"));
            Assert.Equal(totals.Payable, book.Total(sheet, "实发（元）"));
            Assert.Equal(book.Total(sheet, "应发（元）"), book.Total(sheet, "核定金额（元）") - book.Total(sheet, "前批已核定（元）") - book.Total(sheet, "暂缓金额（元）"));
            Assert.Equal(totals.Due.Operating, book.Total(sheet, "市级分担（元）") + book.Total(sheet, "县级分担（元）"));
        }
        Assert.Equal(totals.Accrued.Total, book.Total("公示表", "合计（元）"));
        Assert.Equal(totals.Accrued.Total, book.Total("计算明细", "合计"));
        Assert.Equal(totals.Due.Total, book.Total("发放清册", "应发"));
        Assert.Equal(totals.Payable, book.Total("发放清册", "实发"));
        Assert.Equal(totals.Due.Total, book.Total("发放清册", "运行补贴金额") + book.Total("发放清册", "困难补贴") + book.Total("发放清册", "调整金额"));
        Assert.Equal(totals.Accrued.Operating, book.Total("计算明细", "原始金额") - book.Total("计算明细", "封顶扣减") + book.Total("计算明细", "取整差"));
        Assert.Equal(17.5m * -1, book.Total("汇总（县）", "其中调整（元）"));
    }

    [Fact]
    public void Identifiers_are_texts_and_what_looks_like_a_formula_too()
    {
        var line = RunLines.One(1);
        line = line with
        {
            Household = line.Household with { Name = "=1+1", Id = "+7", Village = "@SUM(A1)", Note = "-" },
            Account = "0123456789012",
            Payee = line.Payee! with { Bank = "\tcmd", AccountName = "a<&>\"\u0001b" },
        };
        var book = Read(RunLines.Run([line]));
        Assert.Empty(book.Errors);
        foreach (var heading in new[] { "行政区划代码", "户编号", "身份证号", "银行账号/一卡通账号", "联系电话", "户号" }) Assert.All(book.Column("发放清册", heading), cell => Assert.True(cell.IsText, heading));
        Assert.Equal(("0123456789012", true), book.Column("发放清册", "户号").First());
        Assert.Equal(("+7", true), book.Column("发放清册", "户编号").First());
        Assert.Equal(("=1+1", true), book.Column("发放清册", "户主姓名").First());
        Assert.Equal(("a<&>\"\uFFFDb", true), book.Column("发放清册", "银行账户名称").First());
        var csv = Csv(RunLines.Run([line]))["发放清册.csv"];
        Assert.Contains("'@SUM(A1),'+7,'=1+1,", csv, StringComparison.Ordinal);
        Assert.Contains("'\tcmd", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_number_is_no_formula()
    {
        var line = RunLines.One(1) with { Before = RunLines.Amount(5000) };
        Assert.Contains($",{line.Due.Total:0.00},", Csv(RunLines.Run([line]))["发放清册.csv"], StringComparison.Ordinal);
        Assert.True(line.Due.Total < 0);
    }

    [Fact]
    public void The_same_run_gives_the_same_bytes()
    {
        var lines = RunLines.Many(1200).ToList();
        Assert.Equal(Bytes(RunLines.Run(lines)), Bytes(RunLines.Run(lines)));
        lines[700] = lines[700] with { Account = "1" };
        Assert.NotEqual(Bytes(RunLines.Run([.. RunLines.Many(1200)])), Bytes(RunLines.Run(lines)));
    }

    [Fact]
    public void The_public_notice_names_nobody()
    {
        var line = RunLines.One(5);
        line = line with { Household = line.Household with { Note = "子女电话 13800000000" } };
        var steps = new[] { new RunStep(7, RunStepKind.Noticed, 0, "li", "", null, LocalDay.On(2026, 3, 21), LocalDay.On(2026, 3, 29)) };
        var book = Read(RunLines.Export([line], RunLines.TotalsOf([line]), steps: steps));
        var texts = book.Texts("公示表").ToList();
        Assert.Equal(($"{line.Household.Name[0]}某", true), book.Column("公示表", "户主姓名").First());
        Assert.Equal((line.Account[^4..], true), book.Column("公示表", "户号（后四位）").First());
        foreach (var personal in new[] { line.Household.Name, line.Account, line.Payee!.IdNumber, line.Payee.BankAccount, line.Payee.Phone, line.Household.Note, line.Household.Id })
            Assert.DoesNotContain(texts, text => text.Contains(personal, StringComparison.Ordinal));
        Assert.Contains("公示期：2026-03-21 至 2026-03-29", texts);
        Assert.Contains("监督电话：0359-1234567", texts);
        Assert.Contains(texts, text => text.StartsWith("政策依据：", StringComparison.Ordinal) && text.Contains("运政办发〔2025〕11号", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_beyond_a_sheet_go_on_in_the_next_with_the_same_head()
    {
        var export = RunLines.Run([.. RunLines.Many(50)]);
        var book = new ReadBook(Bytes(export, rowsMax: 23));
        Assert.Empty(book.Errors);
        Assert.Equal(["公示表", "公示表（2）", "公示表（3）"], book.Names.Take(3));
        Assert.All(book.Names.Take(3), name => Assert.Equal("序号", book.Rows(name)[2][0].Text));
        Assert.Equal([20, 20, 10], book.Names.Take(3).Select(name => book.Rows(name).Skip(3).Count(row => row.Count > 1 && row[0].Text != "合计")));
        Assert.Equal(RunLines.TotalsOf(export.Lines).Accrued.Total, book.Total("公示表（3）", "合计（元）"));
    }

    [Fact]
    public void An_exchanged_meter_has_a_row_of_its_own_and_counts_the_household_once()
    {
        var line = RunLines.One(1);
        var segment = line.Use.Segments[0];
        line = line with { Use = line.Use with { Segments = [segment, segment with { Meter = "M2", Opening = null, OpeningAtMs = null }] } };
        var book = Read(RunLines.Run([line]));
        Assert.Equal([segment.Meter, "M2"], book.Column("计算明细", "表号").Select(cell => cell.Text));
        Assert.Equal(line.Accrued.Total, book.Total("计算明细", "合计"));
        Assert.Equal("", book.Column("计算明细", "起码").Last().Text);
    }

    [Fact]
    public void What_waits_came_back_or_cannot_be_paid_is_listed_with_its_reason()
    {
        var lines = RunLines.Many(12).ToList();
        lines[1] = lines[1] with { Holds = ["site-inspection", "of-a-newer-program"] };
        lines[2] = lines[2] with { Before = RunLines.Amount(lines[2].Accrued.Operating - 1) };
        lines[3] = lines[3] with { Payee = null };
        lines[4] = lines[4] with { Advanced = 9000 };
        lines[6] = lines[6] with { Household = lines[6].Household with { AcceptedOn = null } };
        var moved = new[] { new Disbursement(1, 2025, 6, lines[7].Household.Id, DisbursementKind.Returned, 88.2m, LocalDay.On(2026, 4, 2), "RT-98", "li", 0) };
        var book = Read(RunLines.Export(lines, RunLines.TotalsOf(lines), moved: moved));
        var found = book.Column("调整与异常", "类别").Zip(book.Column("调整与异常", "户编号"), book.Column("调整与异常", "原因")).Select(row => (row.First.Text, row.Second.Text, row.Third.Text)).ToList();
        Assert.Contains(("暂缓", lines[1].Household.Id, "待现场核查"), found);
        Assert.Contains(("暂缓", lines[1].Household.Id, "of-a-newer-program"), found);
        Assert.Contains(found, row => row.Item1 == "补发" && row.Item2 == lines[2].Household.Id);
        Assert.Contains(("不能发放", lines[3].Household.Id, "没有登记收款人"), found);
        Assert.Contains(found, row => row.Item1 == "结转" && row.Item2 == lines[4].Household.Id);
        Assert.Contains(("不计补贴", lines[6].Household.Id, "未验收"), found);
        Assert.Contains(found, row => row.Item1 == "退票" && row.Item2 == lines[7].Household.Id);
        Assert.DoesNotContain(lines[1].Household.Id, book.Column("发放清册", "户编号").Select(cell => cell.Text));
    }

    [Fact]
    public void The_sign_off_names_run_hashes_policies_and_input()
    {
        var export = RunLines.Run([RunLines.One(0)]);
        var texts = Read(export).Texts("签字页").ToList();
        foreach (var expected in new[] { "第 7 批", export.Run.ContentHash, export.Run.PreviousHash, "yuncheng-2025 v1", "台账第 48,213 行", "财政局（盖章）", "制表人" }) Assert.Contains(expected, texts);
    }

    [Fact]
    public void Enterprises_are_settled_by_heated_households()
    {
        var line = RunLines.One(0);
        line = line with
        {
            Household = line.Household with { Route = HeatingRoute.CentralHeating, Name = "僧楼供热站" },
            Use = line.Use with { HeatedHouseholds = 120 },
            Reckoning = line.Reckoning with { Quota = 12_480_000_000 },
        };
        var book = Read(RunLines.Run([line, RunLines.One(1)]));
        Assert.Equal(("120", false), book.Column("集中供暖企业清算", "实际供暖户数").Single());
        Assert.Equal(1_248_000m, decimal.Parse(book.Column("集中供暖企业清算", "供暖用量额度").Single().Text, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Csv_says_the_same_in_utf8_with_a_mark()
    {
        var export = RunLines.Run([.. RunLines.Many(40)]);
        var (book, files) = (Read(export), Csv(export));
        Assert.Equal(Sheets.Select(name => $"{name}.csv"), files.Keys);
        foreach (var (name, text) in files)
        {
            Assert.StartsWith("\uFEFF", text, StringComparison.Ordinal);
            Assert.Equal(string.Join(',', book.Rows(name[..^4])[2].Select(cell => cell.Text)), text[1..text.IndexOf("\r\n", StringComparison.Ordinal)]);
        }
        Assert.Equal(40 + 2, files["公示表.csv"].Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_run_keeps_the_layout_that_it_was_drafted_with()
    {
        var first = RunLines.Run([.. RunLines.Many(20)]);
        var newest = first with { Run = first.Run with { Imprint = new RunImprint("", [], 0) { Layout = RunImprint.NewestLayout } } };
        Assert.Equal([0u, 1u], new[] { first, newest }.Select(run => Read(run).Setups[^1].FitToHeight!.Value));
        Assert.Equal(["千瓦时", "立方米"], Read(newest).Column("计算明细", "单位").Select(cell => cell.Text).Distinct().Where(unit => unit.Length > 0));
        // What has been signed is compared with this for ever.
        var text = string.Concat(Csv(first).OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Key + file.Value));
        Assert.Equal("574b37", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..6]);
        // A few objections leave the page to be signed whole; hundreds would make it too small to read.
        var steps = Enumerable.Repeat(new RunStep(7, RunStepKind.Objected, 1, "wu", "", "H1"), 21).ToList();
        Assert.Equal(0u, Read(newest with { Steps = steps }).Setups[^1].FitToHeight!.Value);
    }

    [Fact]
    public void Damaged_lines_are_not_exported()
    {
        var lines = RunLines.Many(20).ToList();
        var totals = RunLines.TotalsOf(lines);
        lines[9] = lines[9] with { Accrued = lines[9].Accrued with { Operating = 0.01m } };
        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => Bytes(RunLines.Export(lines, totals))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    private ReadBook Read(RunExport export) => new(Bytes(export));

    private byte[] Bytes(RunExport export, int rowsMax = RunWorkbook.RowsMax)
    {
        using var into = new MemoryStream();
        RunWorkbook.Write(export, into, folder.FullName, _ => { }, rowsMax);
        return into.ToArray();
    }

    private Dictionary<string, string> Csv(RunExport export)
    {
        using var into = new MemoryStream();
        RunWorkbook.WriteCsv(export, into, folder.FullName, _ => { });
        using var archive = new ZipArchive(into, ZipArchiveMode.Read);
        return archive.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open()) stream.CopyTo(content);
            return Encoding.UTF8.GetString(content.ToArray());
        });
    }
}
