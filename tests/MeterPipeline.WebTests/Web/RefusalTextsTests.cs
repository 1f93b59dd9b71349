using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Pages;
using MeterPipeline.Web.Registry;
using MeterPipeline.Web.Settlements;

namespace MeterPipeline.Tests.Web;

/// <summary>Every refusal can be said in both languages, with all its facts in both.</summary>
public sealed partial class RefusalTextsTests
{
    public static TheoryData<RefusalReason> Reasons() => [.. Enum.GetValues<RefusalReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_reason_is_said_in_the_readers_language(RefusalReason reason)
    {
        object[] facts = ["«a»", "«b»", "«c»", "«d»"];
        var refusal = new RunRefusal(7, RunStepKind.Confirmed, reason, facts);
        var (english, chinese) = (RefusalTexts.Say(Texts.English, refusal), RefusalTexts.Say(Texts.Chinese, refusal));
        Assert.Equal(refusal.ToString(), english);
        Assert.Equal(Facts().Matches(english).Select(fact => fact.Value).Order(), Facts().Matches(chinese).Select(fact => fact.Value).Order());
        Assert.StartsWith("第 7 批不能确认：", chinese, StringComparison.Ordinal);
        Assert.DoesNotMatch("[A-Za-z]{3,}", chinese);
    }

    [Fact]
    public void Offices_and_those_who_do_a_step_are_words()
    {
        var refusal = new RunRefusal(null, null, RefusalReason.DraftOffice, [RunStepKind.Drafted, "wu", Office.Township]);
        Assert.Equal("A settlement is drafted by the energy bureau or finance; wu acts for a township.", refusal.ToString());
        Assert.Equal("批次由能源局或财政局起草，wu 属于乡镇。", RefusalTexts.Say(Texts.Chinese, refusal));
        Assert.Contains("2026-04-08", RefusalTexts.Say(Texts.Chinese, new RunRefusal(1, null, RefusalReason.NoticeAhead, [LocalDay.On(2026, 4, 8)])), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_bank_is_not_told_of_is_said_in_the_readers_language()
    {
        foreach (var fault in Enum.GetValues<BankFault>())
        {
            var detail = fault == BankFault.Waits ? "site-inspection register-reset" : fault < BankFault.Parted ? "" : fault == BankFault.TooLong ? "AccountName 60" : "AccountName";
            Assert.Matches("^[^\u4e00-\u9fff]+$", BankTexts.Say(Texts.English, fault, detail));
            Assert.Matches("^[^A-Za-z]+$", BankTexts.Say(Texts.Chinese, fault, detail));
        }
        foreach (var field in Enum.GetValues<BankValue>()) Assert.Matches("^[^A-Za-z]+$", BankTexts.Say(Texts.Chinese, BankFault.Parted, $"{field}"));
        Assert.Equal("银行账户名称超过 60 字节", BankTexts.Say(Texts.Chinese, BankFault.TooLong, "AccountName 60"));
        Assert.Equal("the account's name is longer than 60 bytes", BankTexts.Say(new BankProblem("H1", 1, BankFault.TooLong, "AccountName 60")));
    }

    [Fact]
    public void What_failed_in_the_background_is_said_in_the_readers_language()
    {
        foreach (var fault in Enum.GetValues<DraftFault>()) Both(SettlementTexts.Chinese.DraftFaults[fault], SettlementTexts.English.DraftFaults[fault]);
        foreach (var failure in Enum.GetValues<ImportFailure>()) Both(ImportTexts.Chinese.Failures[failure], ImportTexts.English.Failures[failure]);

        static void Both(string chinese, string english)
        {
            Assert.DoesNotMatch("[A-Za-z]", chinese);
            Assert.DoesNotMatch("[\u4e00-\u9fff]", english);
        }
    }

    [GeneratedRegex("«.»")]
    private static partial Regex Facts();
}
