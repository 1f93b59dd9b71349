using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary><c>export settlement RUN</c>: every kind of file, and what cannot be written or is not there.</summary>
public sealed class SettlementExportTests
{
    [Fact]
    public void Every_kind_of_file_and_every_refusal()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        Import(pipeline, "readings", "meter_id,ts,value\nE1,2025-11-15T00:00:00+08:00,100\nE1,2026-03-16T00:00:00+08:00,1310\n");
        Import(pipeline, "payees", "户编号,收款人姓名,身份证号,银行账户名称,一卡通账号\nH1,张三,11010519491231002X,张三,6228480402564890018\n");
        Assert.Equal(0, pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408").Code);

        var early = Export(pipeline, "bank.txt", "1", "--format", "bank", "--layout", "rural-credit");
        Assert.Equal((1, "Run 1 cannot be paid: it is not confirmed yet: let a second person confirm it first.\n"), (early.Code, early.Errors));
        Assert.False(File.Exists(early.File));
        var none = Export(pipeline, "none.xlsx", "9");
        Assert.Equal((1, "There is no run 9. See: meterpipeline settle list\n"), (none.Code, none.Errors));
        Assert.Equal(2, Export(pipeline, "none.xlsx", "first").Code);
        Assert.Equal(2, Export(pipeline, "none.pdf", "1", "--format", "pdf").Code);
        Assert.Equal(2, pipeline.Verb("export", "settlement", "1").Code);

        foreach (var format in (string[])["xlsx", "csv"])
        {
            var first = Export(pipeline, $"run.{format}", "1", "--format", format);
            Assert.True(first.Code == 0 && first.Errors.Contains("lines written to", StringComparison.Ordinal), first.Errors);
            var bytes = File.ReadAllBytes(first.File);
            Assert.Equal("PK"u8.ToArray(), bytes[..2]);
            // Over what is there already, whatever it was.
            File.WriteAllText(first.File, "an older list");
            Assert.Equal(0, Export(pipeline, $"run.{format}", "1", "--format", format).Code);
            Assert.Equal(bytes, File.ReadAllBytes(first.File));
            Assert.False(File.Exists(first.File + ".part"));
        }
        Assert.StartsWith("PK", pipeline.Verb("export", "settlement", "1", "--format", "csv", "--out", "-").Output, StringComparison.Ordinal);

        var missing = Export(pipeline, "no-such-folder/run.xlsx", "1");
        Assert.Equal(2, missing.Code);
        Assert.Contains($"Cannot write {missing.File}: ", missing.Errors, StringComparison.Ordinal);
        Directory.CreateDirectory(pipeline.Data + "-taken");
        var taken = pipeline.Verb("export", "settlement", "1", "--out", pipeline.Data + "-taken");
        Assert.Equal(2, taken.Code);
        Assert.Contains("Cannot write", taken.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(pipeline.Data + "-taken.part"));

        Confirm(pipeline);
        var which = Export(pipeline, "bank.txt", "1", "--format", "bank");
        Assert.True(which.Code == 2 && which.Errors.Contains("Say the bank's layout: --layout ", StringComparison.Ordinal), which.Errors);
        Assert.Contains("There is no bank layout 'x'", Export(pipeline, "bank.txt", "1", "--format", "bank", "--layout", "x").Errors, StringComparison.Ordinal);
        var bank = Export(pipeline, "bank.txt", "1", "--format", "bank", "--layout", "rural-credit");
        Assert.True(bank.Errors.Contains("1 payments of", StringComparison.Ordinal), bank.Errors);
        Assert.Contains("6228480402564890018", File.ReadAllText(bank.File), StringComparison.Ordinal);
    }

    private static (int Code, string Errors, string File) Export(PipelineProcess pipeline, string name, params string[] more)
    {
        var file = Path.Combine(Path.GetDirectoryName(pipeline.Data)!, name);
        var (code, _, errors) = pipeline.Verb(["export", "settlement", .. more, "--out", file]);
        return (code, errors, file);
    }

    private static void Import(PipelineProcess pipeline, string kind, string csv)
    {
        var (code, output, errors) = pipeline.Verb("import", kind, pipeline.Write(kind + ".csv", csv));
        Assert.True(code == 0, output + errors);
    }

    private static void Confirm(PipelineProcess pipeline)
    {
        using var ledger = SqliteLedger.Open(pipeline.Data);
        Assert.True(ledger.Settlements.AddStep(new RunStep(1, RunStepKind.Confirmed, 1, "wang", ""), 1));
    }
}
