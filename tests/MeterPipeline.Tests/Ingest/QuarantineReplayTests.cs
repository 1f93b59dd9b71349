using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Profiles;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Ingest;

/// <summary>What was quarantined comes back once, on its own day, and only by what holds for its publisher and its time.</summary>
public sealed class QuarantineReplayTests : IDisposable
{
    private static readonly long _noon = ReplayDesk.Day.StartMs + 12 * 3_600_000;

    private readonly ReplayDesk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public async Task A_message_moves_from_quarantined_to_what_became_of_it_on_its_own_day()
    {
        await desk.ReceiveAsync(_noon, null, Message("E2", 1), Message("E2", 1), Message("E1", 1));
        await desk.ReceiveAsync(_noon + LocalDay.LengthMs, null, Message("E2", 2), Message("E9", 2));
        await desk.FoldAsync();
        Assert.Equal(["grid 2025-12-01: 3 = 1 + 0 + 0 + 2 + 0", "grid 2025-12-02: 2 = 0 + 0 + 0 + 2 + 0"], desk.Balance());
        desk.Register("grid", "E2");

        Assert.Equal((4, 3, 3), Numbers(desk.Replay()));
        Assert.Equal(["grid 2025-12-01: 3 = 1 + 0 + 0 + 0 + 2", "grid 2025-12-02: 2 = 0 + 0 + 0 + 1 + 1"], desk.Balance());
        await desk.FoldAsync();
        Assert.Equal(["grid 2025-12-01: 3 = 2 + 1 + 0 + 0 + 0", "grid 2025-12-02: 2 = 1 + 0 + 0 + 1 + 0"], desk.Balance());
        Assert.Equal((1, 0, 0), Numbers(desk.Replay()));
        Assert.Empty(Verify());
    }

    [Fact]
    public async Task A_batch_for_an_unknown_company_is_taken_item_by_item()
    {
        await desk.ReceiveAsync(_noon, null, ("metering/v1/late/batch",
            """{"readings":[{"meter":"L1","ts":"2025-12-01T00:00:00+08:00","value":1},{"meter":"L2","ts":"2025-12-01T00:00:00+08:00","value":2},{"meter":"L1","ts":"x","value":3}]}"""));
        desk.Register("late");
        var first = desk.Replay();
        Assert.Equal((1, 0, 0), Numbers(first));
        Assert.Equal("unknown-meter", Assert.Single(first.StillBad).Key);
        Assert.StartsWith("|unknown-meter|{\"readings\"", Assert.Single(desk.Open()), StringComparison.Ordinal);

        desk.Register("late", "L1");
        Assert.Equal((1, 1, 1), Numbers(desk.Replay(new ReplayFilter(Company: "late"))));
        Assert.Equal(
            ["late|unknown-meter|{\"meter\":\"L2\",\"ts\":\"2025-12-01T00:00:00+08:00\",\"value\":2}", "late|bad-time|{\"meter\":\"L1\",\"ts\":\"x\",\"value\":3}"], desk.Open());
        await desk.FoldAsync();
        Assert.Equal(["late 2025-12-01: 3 = 1 + 0 + 0 + 2 + 0", " 2025-12-01: 0 = 0 + 0 + 0 + 0 + 0"], desk.Balance());

        desk.Register("late", "L2");
        Assert.Equal((2, 1, 1), Numbers(desk.Replay()));
        await desk.FoldAsync();
        Assert.Equal("late 2025-12-01: 3 = 2 + 0 + 0 + 1 + 0", desk.Balance().First());
        Assert.Empty(Verify());
    }

    [Fact]
    public async Task Clocks_are_judged_as_of_the_receipt()
    {
        var tomorrow = Message("E1", 2);
        await desk.ReceiveAsync(_noon, null, tomorrow);
        Assert.Equal("time-in-future", Assert.Single(desk.Replay().StillBad).Key);
        using var patient = new ReplayDesk { Options = new IntakeOptions { FutureToleranceMinutes = 24 * 60 } };
        Assert.Equal((1, 1, 1), Numbers(new QuarantineReplay(desk.Ledger, patient.Options, TimeProvider.System, dryRun: false).Run(new ReplayFilter(), _ => { })));
    }

    [Fact]
    public async Task A_publisher_gains_nothing_by_a_replay()
    {
        // The company did not exist when another one published in its name.
        await desk.ReceiveAsync(_noon, "grid", ("metering/v1/late/L1/reading", Message("L1", 1).Payload));
        desk.Register("late", "L1");
        Assert.Equal("foreign-company", Assert.Single(desk.Replay().StillBad).Key);
        Assert.Single(desk.Open());
    }

    [Theory]
    [InlineData("metering/v1/late/L1/reading")]
    [InlineData("metering/v1/nobody/L1/reading")]
    [InlineData("metering/v1")]
    public async Task What_a_company_sends_under_another_name_is_counted_for_the_sender(string topic)
    {
        desk.Register("late", "L1");
        await desk.ReceiveAsync(_noon, "grid", (topic, Message("L1", 1).Payload), Message("E1", 1));
        await desk.FoldAsync();
        string[] balance = ["grid 2025-12-01: 2 = 1 + 0 + 0 + 1 + 0"];
        Assert.Equal(balance, desk.Balance());
        Assert.StartsWith("grid|", Assert.Single(desk.Open()), StringComparison.Ordinal);
        desk.Register("nobody", "L2");
        Assert.Equal((1, 0, 0), Numbers(desk.Replay()));
        await desk.FoldAsync();
        Assert.Equal(balance, desk.Balance());
        Assert.Empty(Verify());
    }

    [Fact]
    public async Task What_was_refused_as_unknown_comes_back_on_its_sender()
    {
        await desk.ReceiveAsync(_noon, "grid", ("headend/grid/freeze", """{"items":[{"meter":"E1","reg":"1.8.1","t":"2025-12-01T00:00:00+08:00","val":"01.5"}]}"""));
        await desk.FoldAsync();
        Assert.Equal(["grid 2025-12-01: 1 = 0 + 0 + 0 + 1 + 0"], desk.Balance());
        var described = new IntakeOptions { Profiles = ProfileFiles.Load(Repository.PathOf("deploy", "profiles")) };
        Assert.Equal((1, 1, 1), Numbers(new QuarantineReplay(desk.Ledger, described, TimeProvider.System, dryRun: false).Run(new ReplayFilter(), _ => { })));
        await desk.FoldAsync();
        Assert.Equal(["grid 2025-12-01: 1 = 1 + 0 + 0 + 0 + 0"], desk.Balance());
        Assert.Empty(Verify());
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_replayed_and_a_dry_run_changes_nothing()
    {
        await desk.ReceiveAsync(_noon, null, Message("E2", 1), Message("E3", 1), ("metering/v1/grid/E1/reading", "{"));
        desk.Register("grid", "E2", "E3");
        var head = desk.Ledger.JournalHead();
        Assert.Equal((3, 2, 2), Numbers(desk.Replay(dryRun: true)));
        Assert.Equal((1, 0, 0), Numbers(desk.Replay(new ReplayFilter(Reason: "bad-json"))));
        Assert.Equal((0, 0, 0), Numbers(desk.Replay(new ReplayFilter(Company: "gas"))));
        Assert.Equal(3, desk.Open().Count());
        Assert.Equal((1, 1, 1), Numbers(desk.Replay(new ReplayFilter(Id: 2))));
        Assert.Equal(2, desk.Open().Count());
        Assert.Equal(head + 1, desk.Ledger.JournalHead());
    }

    [Fact]
    public async Task What_was_cut_is_not_decoded()
    {
        await desk.ReceiveAsync(_noon, null, ("metering/v1/late/batch", Message("L1", 1).Payload + new string(' ', QuarantinedMessage.PayloadMax)));
        desk.Register("late", "L1");
        Assert.Contains("send it again", Assert.Single(desk.Replay().StillBad).Value.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousands_come_back_once_although_two_replay_at_a_time()
    {
        const int Messages = 3_000;
        await desk.ReceiveAsync(_noon, null, ("metering/v1/grid/batch",
            $"[{string.Join(',', Enumerable.Range(0, Messages).Select(i => $$"""{"meter":"E2","ts":{{ReplayDesk.Day.StartMs + i}},"value":{{i}}}"""))}]"));
        desk.Register("grid", "E2");
        var both = await Task.WhenAll(Task.Run(() => desk.Replay()), Task.Run(() => desk.Replay()));
        Assert.Equal(Messages, both.Sum(result => result.Readings));
        await desk.FoldAsync();
        Assert.Equal([$"grid 2025-12-01: {Messages} = {Messages} + 0 + 0 + 0 + 0"], desk.Balance());
    }

    private static (string Topic, string Payload) Message(string meter, int day) =>
        ($"metering/v1/grid/{meter}/reading", $$"""{"ts":"2025-12-0{{day}}T01:00:00+08:00","value":"{{day}}.5"}""");

    private static (long Messages, long Taken, long Readings) Numbers(ReplayResult result) => (result.Messages, result.Taken, result.Readings);

    private IReadOnlyList<string> Verify() => Verification.Run(desk.Ledger, PolicyBook.Empty, _ => { }).Differences;
}
