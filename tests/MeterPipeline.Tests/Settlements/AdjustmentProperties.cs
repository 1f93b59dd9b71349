using System.Security.Cryptography;
using System.Text;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Whatever changes between runs, confirmed runs add up to the last: per household, per level, in both ledgers.</summary>
public sealed class AdjustmentProperties
{
    private static readonly string[] Levels = ["province", "city", "county"];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Confirmed_runs_add_up_to_what_the_last_accrued(int seed)
    {
        var dice = new Random(seed);
        var (given, balance, lines) = (SettledAmount.Nothing, HouseholdBalance.Zero, new List<SettlementLine>());
        for (var run = dice.Next(1, 8); run >= 0; run--)
        {
            if (dice.Next(3) == 0) balance = balance.After(DisbursementKind.Advance, dice.Next(1, 20_000) / 100m);
            // The last run is not on hold: what waits is not given.
            var line = AnyLine.Of("H1", 0, given, balance.Ahead, run > 0 && dice.Next(4) == 0 ? "register-reset" : null) with { Accrued = Amount(dice) };
            if (run > 0 && dice.Next(4) == 0) continue; // withdrawn
            Assert.Equal(line.Held ? SettledAmount.Nothing : line.Accrued - given, line.Due);
            lines.Add(line);
            given += line.Due;
            balance = balance with { Entitled = balance.Entitled + line.Due.Total };
            Disburse(dice, ref balance);
        }
        var last = lines[^1];
        Assert.Equal(last.Accrued.Total, lines.Sum(line => line.Due.Total));
        Assert.Equal((last.Accrued.Operating, last.Accrued.Hardship), (lines.Sum(line => line.Due.Operating), lines.Sum(line => line.Due.Hardship)));
        foreach (var level in Levels) Assert.Equal(Of(last.Accrued, level), lines.Sum(line => Of(line.Due, level)));
        Assert.Equal(last.Accrued.Total, balance.Entitled);
        Assert.Null(balance.Fault(lines.Sum(line => Math.Max(0, line.Due.Total))));
        Assert.True(balance.Net >= 0 && balance.Ahead == Math.Max(0, balance.Net - balance.Entitled));
    }

    [Fact]
    public void A_line_says_what_kind_of_correction_it_is()
    {
        var first = AnyLine.Of("H1", 121);
        Assert.Equal((AdjustmentKind.None, 121m, 121m), (first.Adjustment, first.Due.Total, first.Payable));
        var less = AnyLine.Of("H1", 119.80m, first.Accrued);
        Assert.Equal((AdjustmentKind.Recovery, -1.20m, 0m), (less.Adjustment, less.Due.Total, less.Payable));
        var more = AnyLine.Of("H1", 130, less.Accrued, advanced: 4);
        Assert.Equal((AdjustmentKind.Supplement, 10.20m, 6.20m), (more.Adjustment, more.Due.Total, more.Payable));
        Assert.Equal((AdjustmentKind.None, 0m), (AnyLine.Of("H1", 130, more.Accrued).Adjustment, AnyLine.Of("H1", 130, more.Accrued, hold: "x").Due.Total));
    }

    [Fact]
    public void Equal_lines_have_equal_text_and_the_text_gives_the_line_back()
    {
        var line = AnyLine.Of("H1", 121.50m) with { Payee = new Payee("张三", "11010519491231002X", "农行", "张三", "62284804", "") };
        var text = Text(line);
        Assert.Equal(text, Text(line with { Accrued = new SettledAmount(121.5m, 0.00m, [new BorneShare("province", 60.750m), new BorneShare("county", 60.75m)]), Advanced = 0.000m }));
        Assert.Equal(text, Text(CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(text))));
        Assert.NotEqual(text, Text(line with { Advanced = 0.01m }));
        Assert.Contains("\"route\":\"coal-to-electricity\"", text, StringComparison.Ordinal);
        Assert.Contains("张三", text, StringComparison.Ordinal);
        // What has been frozen is compared with this for ever: a change of the form must not go unnoticed.
        Assert.Equal("0f0024", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..6]);
    }

    [Fact]
    public void A_run_of_an_older_program_keeps_its_text_and_so_its_hash()
    {
        const string Amount = """{"operating":1.2,"hardship":0,"shares":[]}""";
        const string Older = $$"""{"id":7,"autumn":2025,"division":"1408","actor":"li","at_ms":1774972800000,"journal_seq":1,"registry_version":2,"policies":[{"id":"p","version":1,"fingerprint":"ab"}],"lines":1,"totals":{"households":1,"held":0,"accrued":{{Amount}},"before":{{Amount}},"due":{{Amount}},"payable":1.2},"previous_hash":"","content_hash":"","provisional":false}""";
        var run = CanonicalForm.ReadRun(Encoding.UTF8.GetBytes(Older), "f00");
        Assert.Equal(("f00", null, null), (run.ContentHash, run.Imprint, run.Policies[0].Document));
        Assert.Equal(Older, Encoding.UTF8.GetString(CanonicalForm.Of(run)));
    }

    private static string Text(SettlementLine line)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        CanonicalForm.Write(text, line);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Rules change between runs: levels come and go.</summary>
    private static SettledAmount Amount(Random dice)
    {
        var operating = dice.Next(0, 100_000) / 100m;
        var levels = Levels.Where(_ => dice.Next(2) == 0).Select(level => new FundingShare(level, dice.Next(1, 5))).ToList();
        return new SettledAmount(operating, dice.Next(2) * 200m, FundingShares.Split(operating, levels));
    }

    private static void Disburse(Random dice, ref HouseholdBalance balance)
    {
        foreach (var kind in (DisbursementKind[])[DisbursementKind.Payment, DisbursementKind.Returned, DisbursementKind.Recovered])
        {
            var yuan = dice.Next(1, 100_000) / 100m;
            if (kind == DisbursementKind.Payment && dice.Next(2) == 0) yuan = balance.Owed;
            if (balance.Refusal(kind, yuan) is null) balance = balance.After(kind, yuan);
        }
    }

    private static decimal Of(SettledAmount amount, string level) => amount.Shares.Where(share => share.Level == level).Sum(share => share.Yuan);
}
