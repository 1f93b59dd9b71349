using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Tests.Settlements;

/// <summary>
/// Which step may follow which, by whom and when. A history is words: <c>draft:li</c> (always 1 April), <c>notice:li@04-02..04-08</c>,
/// <c>object:wu/H1</c>, <c>answer:li/H1</c>, <c>confirm:wang</c>, <c>pay:zhao</c>, <c>withdraw:li</c>.
/// </summary>
public sealed class RunProgressTests
{
    private const string Noticed = "draft:li notice:li@04-02..04-08";
    private const string Confirmed = Noticed + " confirm:wang";

    /// <summary>Office by person: li and qian of the bureau, wang and zhao of finance, wu of a township, sun of finance of another county.</summary>
    private static readonly Dictionary<string, Signatory> _persons = new()
    {
        ["li"] = new("li", Office.Bureau),
        ["qian"] = new("qian", Office.Bureau, ["1408"]),
        ["wang"] = new("wang", Office.Finance),
        ["cli:wang"] = new("cli:wang", Office.Finance),
        ["zhao"] = new("zhao", Office.Finance),
        ["wu"] = new("wu", Office.Township),
        ["sun"] = new("sun", Office.Finance, ["140882"]),
        ["chen"] = new("chen", Office.None),
    };

    [Theory]
    [InlineData("draft:li", "notice:li@04-02..04-08", "04-02", null)]
    [InlineData("draft:li", "notice:qian@04-01..04-01", "04-02", null)]
    [InlineData("draft:li", "notice:wu@04-02..04-08", "04-02", "that is done by the energy bureau or finance")]
    [InlineData("draft:li", "notice:li@03-31..04-08", "04-02", "cannot have been posted on 2026-03-31")]
    [InlineData("draft:li", "notice:li@04-08..04-02", "04-02", "before its first")]
    [InlineData("draft:li", "object:wu/H1", "04-02", "no public notice")]
    [InlineData("draft:li", "confirm:wang", "04-09", "no public notice")]
    [InlineData("draft:li", "withdraw:li", "04-09", null)]
    [InlineData(Noticed, "notice:li@04-02..04-20", "04-09", null)] // posted for longer
    [InlineData(Noticed, "object:wu/H1", "04-01", "begins on 2026-04-02 only")]
    [InlineData(Noticed, "object:wu/H1", "04-10", null)] // what was said on the last day is entered later
    [InlineData(Noticed, "object:chen/H1", "04-03", "no office that settles")]
    [InlineData(Noticed + " object:wu/H1", "answer:wu/H1", "04-03", "that is done by the energy bureau or finance")]
    [InlineData(Noticed + " object:wu/H1", "answer:li/H2", "04-03", "waiting: H1")]
    [InlineData(Noticed + " object:wu/H1", "answer:wang/H1", "04-03", null)]
    [InlineData(Noticed, "confirm:wang", "04-08", "confirm it from 2026-04-09 on")]
    [InlineData(Noticed, "confirm:wang", "04-09", null)]
    [InlineData(Noticed, "confirm:li", "04-09", "that is done by finance")]
    [InlineData(Noticed, "confirm:sun", "04-09", "sun may act in 140882 only")]
    [InlineData("draft:wang notice:li@04-02..04-08", "confirm:wang", "04-09", "four eyes")]
    [InlineData("draft:wang notice:li@04-02..04-08", "confirm:zhao", "04-09", null)]
    [InlineData("draft:cli:wang notice:li@04-02..04-08", "confirm:wang", "04-09", "four eyes")] // at the command line, before wang could sign in
    [InlineData("draft:wang notice:li@04-02..04-08", "confirm:cli:wang", "04-09", "four eyes")] // and the other way about
    [InlineData("draft:wang notice:li@04-02..04-08 confirm:zhao", "pay:wang", "04-09", null)] // two persons are enough
    [InlineData("draft:wang notice:li@04-02..04-08 confirm:zhao", "pay:zhao", "04-09", "four eyes")]
    [InlineData(Noticed + " object:wu/H1", "confirm:wang", "04-09", "1 objections wait (H1)")]
    [InlineData(Noticed + " object:wu/H1 answer:li/H1", "confirm:wang", "04-09", null)]
    [InlineData(Noticed + " object:wu/H1 answer:li/H1 object:wu/H1", "confirm:wang", "04-09", "1 objections wait (H1)")]
    [InlineData(Noticed + " notice:li@04-02..04-20", "confirm:wang", "04-20", "confirm it from 2026-04-21 on")]
    [InlineData(Noticed, "pay:zhao", "04-09", "not confirmed yet")]
    [InlineData(Noticed, "withdraw:qian", "04-09", null)]
    [InlineData(Confirmed, "withdraw:li", "04-09", "never changes any more")]
    [InlineData(Confirmed, "confirm:zhao", "04-09", "confirmed already")]
    [InlineData(Confirmed, "object:wu/H1", "04-09", "mended by the next run")]
    [InlineData(Confirmed, "pay:wang", "04-09", "four eyes")]
    [InlineData(Confirmed, "pay:li", "04-09", "that is done by finance")]
    [InlineData(Confirmed, "pay:zhao", "04-09", null)]
    [InlineData(Confirmed + " pay:zhao", "pay:zhao", "04-09", null)] // what the bank returned
    [InlineData(Confirmed + " pay:zhao", "withdraw:li", "04-09", "never changes any more")]
    [InlineData("draft:li withdraw:li", "notice:li@04-02..04-08", "04-09", "withdrawn: draft a new one")]
    [InlineData("draft:li withdraw:li", "withdraw:li", "04-09", "withdrawn: draft a new one")]
    public void A_step_may_come_next_or_is_told_why_not(string history, string next, string today, string? reason) => Check(history, next, today, reason, provisional: false);

    [Theory]
    [InlineData("draft:li", "notice:li@04-02..04-08", "provisional")]
    [InlineData(Noticed, "confirm:wang", "provisional")]
    [InlineData("draft:li", "withdraw:li", null)]
    public void A_provisional_run_is_only_looked_at(string history, string next, string? reason) => Check(history, next, "04-09", reason, provisional: true);

    [Theory]
    [InlineData(Noticed, "wang", "not paid yet")]
    [InlineData(Confirmed + " pay:zhao", "li", "done by finance")]
    [InlineData(Confirmed + " pay:zhao", "wang", null)]
    public void A_return_is_entered_by_finance_after_the_payment(string history, string person, string? reason) =>
        AssertReason(reason, Progress(history, false).ReturnRefusal(_persons[person])?.ToString());

    [Theory]
    [InlineData("draft:li", true, false, "not confirmed yet")]
    [InlineData(Noticed, true, false, "not confirmed yet")]
    [InlineData("draft:li withdraw:li", false, false, "withdrawn")]
    [InlineData(Confirmed, false, true, null)]
    [InlineData(Confirmed + " pay:zhao", false, true, null)]
    public void Households_wait_for_an_open_run_and_a_bank_is_told_of_one_that_counts(string history, bool open, bool counts, string? reason)
    {
        var progress = Progress(history, provisional: false);
        Assert.Equal((open, counts), (progress.IsOpen, progress.Counts));
        AssertReason(reason, progress.PayoutRefusal?.ToString());
        Assert.False(Progress(history, provisional: true).IsOpen);
    }

    [Theory]
    [InlineData("2026-03-15", false, "from 2026-03-16 on")]
    [InlineData("2026-03-16", false, null)]
    [InlineData("2026-01-01", true, null)]
    public void A_season_is_settled_when_it_is_over(string today, bool provisional, string? reason)
    {
        Assert.True(LocalDay.TryParse(today, out var day));
        AssertReason(reason, RunProgress.DraftRefusal(KnownSeason(), "1408", day, provisional)?.ToString());
    }

    [Theory]
    [InlineData(null, "sun may act in 140882 only")]
    [InlineData("140802101201", "sun may act in 140882 only")]
    [InlineData("140882101201", null)]
    public void An_objection_is_a_matter_of_the_households_own_place(string? about, string? reason) =>
        AssertReason(reason, Progress(Noticed, false).Refusal(StepOf("object:sun/H1"), _persons["sun"], LocalDay.On(2026, 4, 3), about)?.ToString());

    [Fact]
    public void Who_may_draft()
    {
        Assert.Null(RunProgress.DraftRefusal(_persons["qian"], "140802"));
        Assert.Contains("1408 only", $"{RunProgress.DraftRefusal(_persons["qian"], "14")}", StringComparison.Ordinal);
        Assert.Contains("acts for a township", $"{RunProgress.DraftRefusal(_persons["wu"], "1408")}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("11010519491231002X", null)]
    [InlineData("11010519491231002x", null)]
    [InlineData("440524188001010014", null)]
    [InlineData("440524188001010015", "check character")]
    [InlineData("11010519491331002X", "day of birth")]
    [InlineData("1.10105E+17", "17 digits")]
    [InlineData("1101051949123100", "17 digits")]
    public void A_citizens_number_fits_its_check_character(string number, string? fault) => AssertReason(fault, IdNumber.Fault(number));

    private static HeatingSeason KnownSeason() => new("2025-2026", LocalDay.On(2025, 11, 15), LocalDay.On(2026, 3, 15));

    private static void Check(string history, string next, string today, string? reason, bool provisional)
    {
        var (month, day) = (int.Parse(today[..2]), int.Parse(today[3..]));
        var found = Progress(history, provisional).Refusal(StepOf(next), _persons[StepOf(next).Actor], LocalDay.On(2026, month, day))?.ToString();
        AssertReason(reason, found);
        if (found is not null) Assert.StartsWith("Run 7 cannot be ", found, StringComparison.Ordinal);
    }

    private static void AssertReason(string? expected, string? found)
    {
        if (expected is null) Assert.Null(found);
        else Assert.Contains(expected, found ?? "nothing", StringComparison.Ordinal);
    }

    private static RunProgress Progress(string history, bool provisional)
    {
        var nothing = SettledAmount.Nothing;
        var run = new SettlementRun(7, 2025, "1408", "li", LocalDay.On(2026, 4, 1).StartMs, 1, 1, [], 1, new RunTotals(1, 0, nothing, nothing, nothing, 0), "", "") { Provisional = provisional };
        return new RunProgress(run, [.. history.Split(' ').Select(StepOf)]);
    }

    private static RunStep StepOf(string text)
    {
        var (verb, rest) = (text[..text.IndexOf(':')], text[(text.IndexOf(':') + 1)..]);
        var kind = verb switch
        {
            "draft" => RunStepKind.Drafted,
            "notice" => RunStepKind.Noticed,
            "object" => RunStepKind.Objected,
            "answer" => RunStepKind.Answered,
            "confirm" => RunStepKind.Confirmed,
            "pay" => RunStepKind.Paid,
            _ => RunStepKind.Withdrawn,
        };
        var step = new RunStep(7, kind, LocalDay.On(2026, 4, 1).StartMs, rest.Split('@', '/')[0], "");
        if (rest.Contains('/')) return step with { HouseholdId = rest.Split('/')[1] };
        if (!rest.Contains('@')) return step;
        var days = rest.Split('@')[1].Split("..").Select(day => LocalDay.On(2026, int.Parse(day[..2]), int.Parse(day[3..]))).ToList();
        return step with { From = days[0], Until = days[1] };
    }
}
