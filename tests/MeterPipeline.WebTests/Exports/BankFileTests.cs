using MeterPipeline.Banks;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using MeterPipeline.Web.Exports.Bank;

namespace MeterPipeline.Tests.Exports;

/// <summary>Payment files by the shipped layouts, and what is wrong with a layout.</summary>
public sealed class BankFileTests
{
    private static readonly IReadOnlyList<BankLayout> Shipped = BankLayoutFiles.Load(Repository.PathOf("deploy", "bank-layouts"));

    [Fact]
    public void A_list_with_separators_names_count_and_total_first()
    {
        var lines = Lines();
        var (text, result) = Written("rural-credit", lines);
        var rows = text.Split("\r\n");
        Assert.Equal($"清洁取暖补贴2025-2026|7|2|{lines[1].Payable + lines[2].Payable:0.00}", rows[0]);
        Assert.Equal($"1|{lines[1].Payee!.BankAccount}|{lines[1].Payee!.AccountName}|{lines[1].Payee!.IdNumber}|{lines[1].Payable:0.00}|取暖补贴2025-2026", rows[1]);
        Assert.Equal((4, ""), (rows.Length, rows[3]));
        Assert.Equal((2, lines[1].Payable + lines[2].Payable), (result.Payments, result.Yuan));
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void Fields_of_fixed_width_count_bytes_and_fen()
    {
        var lines = Lines();
        var (text, _) = Written("fixed-width", lines);
        var rows = text.Split('\n');
        Assert.All(rows[..2], row => Assert.Equal(8 + 32 + 60 + 15 + 32, BankLayout.Gb18030.GetByteCount(row)));
        Assert.StartsWith("00000001" + lines[1].Payee!.BankAccount + " ", rows[0], StringComparison.Ordinal);
        Assert.Contains($"{lines[1].Payable * 100:000000000000000}{lines[1].Household.Id} ", rows[0], StringComparison.Ordinal);
        Assert.Equal($"END 2 {(lines[1].Payable + lines[2].Payable) * 100:0}", rows[2]);
    }

    [Fact]
    public void What_a_bank_could_not_read_is_a_problem_and_no_payment()
    {
        var lines = Lines();
        var payee = lines[1].Payee!;
        lines[1] = lines[1] with { Payee = payee with { AccountName = "a|b" } };
        lines[2] = lines[2] with { Payee = payee with { BankAccount = "" } };
        lines.Add(RunLines.One(3) with { Payee = null });
        lines.Add(RunLines.One(4) with { Payee = payee with { AccountName = "\ud800" } });
        var (text, result) = Written("rural-credit", lines);
        Assert.Equal([lines[1].Household.Id, lines[2].Household.Id, lines[3].Household.Id, lines[4].Household.Id], result.Problems.Select(problem => problem.HouseholdId));
        Assert.Equal("清洁取暖补贴2025-2026|7|0|0.00\r\n", text);
        lines[1] = lines[1] with { Payee = payee with { AccountName = new string('王', 31) } };
        Assert.Contains(Written("fixed-width", lines).Result.Problems, problem => problem is { Fault: BankFault.TooLong, Detail: "AccountName 60" });
    }

    [Fact]
    public void Nobody_is_paid_by_a_provisional_run() =>
        Assert.Throws<ArgumentException>(() => BankFile.Write(RunLines.Run(Lines(), id: 0), Shipped[0], new MemoryStream()));

    [Theory]
    [InlineData("encoding: gbk", "2:11: 'gbk' is not a value of 'encoding'")]
    [InlineData("encoding: utf-8\namounts: fen", "3:1: Unknown key 'amounts'. Did you mean 'amount'?")]
    [InlineData("encoding: utf-8\nseparator: \"|\"\nline-end: lf\namount: fen\nfields: [{ value: acount }]", "6:19: 'acount' is not a value of 'value'. Did you mean")]
    [InlineData("encoding: utf-8\nline-end: lf\namount: fen\nfields: [{ value: amount }]", "5:10: Key 'width' is missing")]
    [InlineData("encoding: utf-8\nseparator: \"|\"\nline-end: lf\namount: fen\nfields: []", "6:9: 'fields' has none")]
    [InlineData("encoding: utf-8\nseparator: \"|\"\nline-end: lf\namount: fen\nfields: [{ value: amount, fill: ab }]", "'ab' is not one ASCII character")]
    public void A_wrong_layout_is_refused_with_its_place(string rest, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("meterpipeline-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "a.yaml"), "id: a\n" + rest);
            Assert.Contains(expected, Assert.Throws<PolicyException>(() => BankLayoutFiles.Load(folder.FullName)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One with nothing to be paid and two payments.</summary>
    private static List<SettlementLine> Lines() => [RunLines.One(1) with { Advanced = 100_000 }, RunLines.One(2), RunLines.One(5)];

    private static (string Text, BankResult Result) Written(string layout, List<SettlementLine> lines)
    {
        using var into = new MemoryStream();
        var chosen = Shipped.Single(known => known.Id == layout);
        var result = BankFile.Write(RunLines.Run(lines), chosen, into);
        return (chosen.Encoding.GetString(into.ToArray()), result);
    }
}
