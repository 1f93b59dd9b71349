using System.Reflection;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Tests.Web;

/// <summary>What other rooms say in one language, as the pages say it.</summary>
public sealed class WordsTests
{
    [Fact]
    public void Every_fault_of_intake_is_said_in_Chinese_with_its_names()
    {
        var details = typeof(Faults).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((Fault)field.GetValue(null)!).Detail).ToList();
        Assert.InRange(details.Count, 20, 100);
        foreach (var factory in typeof(Faults).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.GetParameters().All(p => p.ParameterType == typeof(string))))
        {
            var detail = ((Fault)factory.Invoke(null, [.. factory.GetParameters().Select(p => $"<{p.Name}>")])!).Detail;
            foreach (var parameter in factory.GetParameters()) Assert.Contains($"<{parameter.Name}>", FaultWords.Of(Texts.Chinese, detail), StringComparison.Ordinal);
            details.Add(detail);
        }
        Assert.All(details, detail => Assert.Contains(FaultWords.Of(Texts.Chinese, detail), letter => letter is >= '\u4e00' and <= '\u9fff'));
        Assert.All(details, detail => Assert.Equal(detail, FaultWords.Of(Texts.English, detail)));
        Assert.Equal("something new", FaultWords.Of(Texts.Chinese, "something new"));
    }

    [Theory]
    [InlineData("{0} {0:day is|days are} left", 1, "1 day is left")]
    [InlineData("{0} {0:day is|days are} left", 0, "0 days are left")]
    [InlineData("{0} {0:day is|days are} left", "1,001", "1,001 days are left")]
    [InlineData("{0} {0:day is|days are} left", "1", "1 day is left")]
    [InlineData("{0:0.0} of {0}", 2.5, "2.5 of 2.5")]
    public void A_number_has_its_noun(string text, object value, string said) => Assert.Equal(said, Figures.Fill(text, value));

    [Theory]
    [InlineData("运城市补贴 / Yuncheng subsidy", "运城市补贴", "Yuncheng subsidy")]
    [InlineData("运城市补贴", "运城市补贴", "运城市补贴")]
    [InlineData("a / b / c", "a / b / c", "a / b / c")]
    public void A_text_in_two_languages_is_read_in_one(string both, string chinese, string english)
    {
        Assert.Equal(chinese, Texts.Chinese.Half(both));
        Assert.Equal(english, Texts.English.Half(both));
    }

    [Theory]
    [InlineData("2025-12-03..2025-12-09, 2 d, +12480.0000, #5D0CF573CC7CCF01", "2025-12-03 – 2025-12-09，2 天；最多可能少计 12,480.00 kWh（#5D0CF573）", "2025-12-03 – 2025-12-09, 2 days; up to 12,480.00 kWh may be missing (#5D0CF573)")]
    [InlineData("2025-12-03..2025-12-03, 1 d, +0.5000, #5D0CF573CC7CCF01", "2025-12-03，1 天；最多可能少计 0.50 kWh（#5D0CF573）", "2025-12-03, 1 day; up to 0.50 kWh may be missing (#5D0CF573)")]
    [InlineData("2025-2026", "2025-2026", "2025-2026")]
    [InlineData("", "–", "–")]
    public void Evidence_of_a_hold_can_be_read(string stored, string chinese, string english)
    {
        Assert.Equal(chinese, EvidenceWords.Of(Texts.Chinese, stored, HeatingRoute.CoalToElectricity));
        Assert.Equal(english, EvidenceWords.Of(Texts.English, stored, HeatingRoute.CoalToElectricity));
    }
}
