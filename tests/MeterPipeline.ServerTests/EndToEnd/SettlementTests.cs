using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>A season is settled on the command line: drafted, posted, confirmed and paid by different people, and corrected in the next run.</summary>
public abstract partial class SettlementVerbs
{
    private protected const string Password = "correct horse battery staple";
    private const int Finance = 4;

    /// <summary>A pipeline whose verbs use this test's ledger.</summary>
    private protected abstract PipelineProcess Start();

    /// <summary>That ledger, beside the verbs.</summary>
    private protected abstract ILedger Open(PipelineProcess pipeline);

    [Fact]
    public void From_draft_to_payment_and_the_correction_after_it()
    {
        using var pipeline = Start();
        SmallRegistry.Import(pipeline);
        Import(pipeline, "readings", "meter_id,ts,value\nE1,2025-11-15T00:00:00+08:00,100\nE1,2026-03-16T00:00:00+08:00,1310\nE2,2025-11-15T00:00:00+08:00,0\nE2,2026-03-16T00:00:00+08:00,1000\n");
        Import(pipeline, "payees", "户编号,收款人姓名,身份证号,银行账户名称,一卡通账号\nH1,张三,11010519491231002X,张三,6228480402564890018\n");
        Import(pipeline, "disbursements", "season,household_id,kind,yuan,on,reference\n2025-2026,H1,advance,100.00,2025-10-30,A-1\n");

        var draft = pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408");
        Assert.True(draft.Code == 0, draft.Errors);
        Assert.Matches(@"run +1\n(.*\n)*lines +2\non hold +0\ndue +421\.00 yuan\npayable +321\.00 yuan\nhash +[0-9a-f]{64}\n", draft.Output);
        var hash = Hash().Match(draft.Output).Value;
        Assert.Equal(hash, Export(pipeline, 1));
        Assert.Contains("household H1 is in run 1", pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408").Errors, StringComparison.Ordinal);

        var today = LocalDay.Of(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        Assert.Equal(0, pipeline.Verb("settle", "notice", "1", "--from", $"{today}", "--until", $"{today}").Code);
        Assert.Equal(0, pipeline.Verb("settle", "object", "1", "H2", "--note", "少算了").Code);
        var alone = pipeline.Verb("settle", "confirm", "1");
        Assert.Equal(1, alone.Code);
        Assert.Contains("users add NAME --role finance", alone.Errors, StringComparison.Ordinal);

        AddFinance(pipeline, "wang", "zhao");
        Assert.Contains("--as USER", pipeline.Verb("settle", "answer", "1", "H2", "--note", "已核对").Errors, StringComparison.Ordinal);
        Assert.Contains("not an enabled user", pipeline.VerbReading("wrong", "settle", "answer", "1", "H2", "--note", "已核对", "--as", "wang").Errors, StringComparison.Ordinal);
        foreach (var (user, why) in ((string, string)[])[("left", "not an enabled user"), ("new", "set another first"), ("hejin", "140882")])
            Assert.Contains(why, pipeline.VerbReading(Password, "settle", "answer", "1", "H2", "--note", "已核对", "--as", user).Errors, StringComparison.Ordinal);
        Assert.Equal(0, pipeline.VerbReading(Password, "settle", "answer", "1", "H2", "--note", "已核对", "--as", "wang").Code);
        var early = pipeline.VerbReading(Password, "settle", "confirm", "1", "--as", "wang");
        Assert.Equal((1, true), (early.Code, early.Errors.Contains($"confirm it from {today.Next} on", StringComparison.Ordinal)));

        // The command line has no other clock than the machine's.
        Confirm(pipeline, today);
        ExportLists(pipeline);
        var paid = pipeline.VerbReading(Password, "settle", "pay", "1", "--as", "zhao");
        Assert.True(paid.Code == 0, paid.Errors);
        Assert.Contains("2 households are paid 321.00 yuan", paid.Output, StringComparison.Ordinal);
        Assert.Equal(0, pipeline.VerbReading(Password, "settle", "returned", "1", "H1", "--reference", "R-1", "--as", "zhao").Code);
        Assert.Contains("1 households are paid 21.00 yuan", pipeline.VerbReading(Password, "settle", "pay", "1", "--as", "zhao").Output, StringComparison.Ordinal);

        var unnamed = pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408");
        Assert.Equal((1, true), (unnamed.Code, unnamed.Errors.Contains("--as USER", StringComparison.Ordinal)));
        Assert.Equal(0, pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408", "--provisional").Code);
        Import(pipeline, "readings", "meter_id,ts,value,rev\nE1,2026-03-16T00:00:00+08:00,1298,1\n");
        Assert.Matches(@"run +3\n(.*\n)*due +-1\.20 yuan\npayable +0\.00 yuan\n", pipeline.VerbReading(Password, "settle", "--season", "2025-2026", "--division", "140800000000", "--as", "wang").Output);
        Assert.Equal(hash, Export(pipeline, 1));
        Assert.Contains("3 settlement runs hashed again", pipeline.Verb("verify").Output, StringComparison.Ordinal);
        Assert.Contains("1  2025-2026  1408          paid", pipeline.Verb("settle", "list").Output, StringComparison.Ordinal);
    }

    private protected static void Import(PipelineProcess pipeline, string kind, string csv)
    {
        var (code, output, errors) = pipeline.Verb("import", kind, pipeline.Write(kind + ".csv", csv));
        Assert.True(code == 0, output + errors);
    }

    private protected static string Export(PipelineProcess pipeline, int run)
    {
        var file = pipeline.Write("run.jsonl", "");
        Assert.Equal(0, pipeline.Verb("settle", "export", $"{run}", "--out", file).Code);
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
    }

    private static void ExportLists(PipelineProcess pipeline)
    {
        foreach (var format in (string[])["xlsx", "csv"])
        {
            var lists = pipeline.Write("lists", "");
            Assert.Equal(0, pipeline.Verb("export", "settlement", "1", "--format", format, "--out", lists).Code);
            Assert.NotEqual(0, new FileInfo(lists).Length);
        }
        var file = pipeline.Write("bank.txt", "");
        var bank = pipeline.Verb("export", "settlement", "1", "--format", "bank", "--layout", "rural-credit", "--out", file);
        Assert.True(bank.Code == 1 && bank.Errors.Contains("Household H2 is left out", StringComparison.Ordinal), bank.Errors);
        Assert.Contains("6228480402564890018", File.ReadAllText(file), StringComparison.Ordinal);
    }

    private protected void AddFinance(PipelineProcess pipeline, params string[] names)
    {
        using var ledger = Open(pipeline);
        User Known(string name) => new(name, (Role)Finance, null, [], PasswordHash.Create(Encoding.UTF8.GetBytes(Password)), MustChange: false, Enabled: true, 1, 1);
        foreach (var name in names) ledger.PutUser(Known(name), "test", 1);
        // Three who may not.
        ledger.PutUser(Known("left") with { Enabled = false }, "test", 1);
        ledger.PutUser(Known("new") with { MustChange = true }, "test", 1);
        ledger.PutUser(Known("hejin") with { Divisions = ["140882000000"] }, "test", 1);
    }

    /// <summary>As on the day after the notice.</summary>
    private void Confirm(PipelineProcess pipeline, LocalDay today)
    {
        using var ledger = Open(pipeline);
        var progress = ledger.Settlements.Run(1)!;
        var step = new Domain.Settlements.RunStep(1, Domain.Settlements.RunStepKind.Confirmed, today.EndMs, "wang", "");
        Assert.Null(progress.Refusal(step, new Domain.Settlements.Signatory("wang", Domain.Settlements.Office.Finance), today.Next));
        Assert.True(ledger.Settlements.AddStep(step, progress.Steps.Count));
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Hash();
}

/// <summary>On the files of a data folder.</summary>
public sealed class SettlementTests : SettlementVerbs
{
    private protected override PipelineProcess Start() => new();

    private protected override ILedger Open(PipelineProcess pipeline) => SqliteLedger.Open(pipeline.Data);
}
