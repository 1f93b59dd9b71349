using System.Diagnostics;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Finance opens the workbook that the executable wrote, in LibreOffice, and prints it.</summary>
public sealed class WorkbookTests : IDisposable
{
    private readonly PipelineProcess pipeline = new();
    private readonly TempFolder folder = new("workbook");

    public void Dispose()
    {
        pipeline.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void LibreOffice_opens_and_prints_every_sheet()
    {
        SmallRegistry.Import(pipeline);
        var readings = pipeline.Write("readings.csv", "meter_id,ts,value\nE1,2025-11-15T00:00:00+08:00,100\nE1,2026-03-16T00:00:00+08:00,1593.14\n");
        Assert.Equal(0, pipeline.Verb("import", "readings", readings).Code);
        pipeline.With("Export:SupervisionPhone", "0359-7654321");
        var (first, again) = (Exported("first.xlsx"), Exported("again.xlsx"));
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(again));

        Run("soffice", $"-env:UserInstallation=file://{folder.At("profile")}", "--headless", "--convert-to", "pdf", "--outdir", folder.Path, first);
        var text = Run("pdftotext", "-layout", folder.At("first.pdf"), "-");
        foreach (var title in new[] { "公示表", "发放清册", "计算明细", "汇总表（县级）", "汇总表（乡镇级）", "汇总表（村级）", "集中供暖企业清算表", "调整与异常", "签字页" })
            Assert.Contains($"【暂估】运城市2025-2026采暖季{(title == "集中供暖企业清算表" ? "农村“煤改电”区域" : "清洁取暖运行补贴")}{title}", text, StringComparison.Ordinal);
        foreach (var expected in new[] { "张某", "1,493.14", "149.31", "200.00", "监督电话：0359-7654321", "yuncheng-2025 v1", "财政局（盖章）" })
            Assert.Contains(expected, text, StringComparison.Ordinal);
        // A page for each sheet: no column is cut off onto a page of its own.
        Assert.Equal(9, text.Count(character => character == '\f'));
    }

    private string Exported(string name)
    {
        var file = folder.At(name);
        var (code, output, errors) = pipeline.Verb("export", "accruals", "--season", "2025-2026", "--division", "1408", "--format", "xlsx", "--out", file);
        Assert.True(code == 0, output + errors);
        return file;
    }

    private string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(ServerProcess.Find(program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path };
        start.Environment["HOME"] = folder.Path;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
        return output;
    }
}
