using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;
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

    [GeneratedRegex("«.»")]
    private static partial Regex Facts();
}
