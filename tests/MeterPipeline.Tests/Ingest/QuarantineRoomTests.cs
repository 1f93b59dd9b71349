using System.Text;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Ingest;

/// <summary>Quarantine has an end: replayed messages go first, then whoever brings bad ones waits; good readings never do.</summary>
public sealed class QuarantineRoomTests : IDisposable
{
    private readonly ReplayDesk desk = new();

    public void Dispose() => desk.Dispose();

    [Fact]
    public async Task When_full_of_open_messages_bad_ones_wait_and_good_readings_pass()
    {
        await using var recorder = new Recorder(desk.Ledger, TimeProvider.System, NullLogger<Recorder>.Instance);
        using var room = Room(recorder);
        for (var i = 0; i < 3; i++) await room.SubmitAsync(Bad("E2"), CancellationToken.None);
        await UntilAsync(() => desk.Open().Count() == 3);
        Assert.True(room.Full);
        var waiting = room.SubmitAsync(Bad("E2"), CancellationToken.None).AsTask();
        await room.SubmitAsync(Good(), CancellationToken.None);
        await UntilAsync(() => recorder.Readings.Value == 1);
        Assert.False(waiting.IsCompleted);

        desk.Register("grid", "E2");
        Assert.Equal(3, desk.Replay().Taken);
        await waiting;
        await UntilAsync(() => desk.Open().Count() == 1);
        Assert.False(room.Full);
        using var view = desk.Ledger.OpenView();
        Assert.True(view.QuarantineSize().Replayed < 3, "Replayed messages made room.");
    }

    [Fact]
    public async Task Closing_lets_those_who_wait_go_without_recording_them()
    {
        await using var recorder = new Recorder(desk.Ledger, TimeProvider.System, NullLogger<Recorder>.Instance);
        using var room = Room(recorder);
        for (var i = 0; i < 3; i++) await room.SubmitAsync(Bad("E2"), CancellationToken.None);
        await UntilAsync(() => desk.Open().Count() == 3);
        var waiting = room.SubmitAsync(Bad("E2"), CancellationToken.None).AsTask();
        room.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(3, desk.Open().Count());
    }

    [Fact]
    public async Task A_connection_that_was_silent_is_judged_by_the_clock_and_registry_of_its_next_message()
    {
        var clock = new ReplayDesk.Clock { NowMs = ReplayDesk.Day.StartMs };
        IntakeBatch? taken = null;
        var intake = new ReadingIntake(new RegistryWatch(desk.Ledger, TimeProvider.System), (batch, _) =>
        {
            taken = batch;
            return ValueTask.CompletedTask;
        }, clock, new IntakeOptions());
        using var session = intake.Open(new Origin("endpoint", null, "test"));
        clock.NowMs = ReplayDesk.Day.Next.StartMs;
        session.Take(new Delivery("metering/v1/grid/E1/reading"u8, Encoding.UTF8.GetBytes($$"""{"ts":{{clock.NowMs}},"value":1}"""), 1, false));
        await session.SubmitAsync(null, CancellationToken.None);
        Assert.Equal((1, 0), (taken!.Count, taken.Quarantined.Count));
    }

    private QuarantineRoom Room(Recorder recorder) => new(
        desk.Ledger, new QuarantineOptions { MaxMessages = 3 }, recorder.SubmitAsync, TimeProvider.System, NullLogger<QuarantineRoom>.Instance);

    private static IntakeBatch Bad(string meter)
    {
        var batch = new IntakeBatch();
        batch.Quarantined.Add(new QuarantinedMessage(0, "test", "grid", "unknown-meter", "A detail.", $"metering/v1/grid/{meter}/reading",
            Encoding.UTF8.GetBytes($$"""{"ts":{{ReplayDesk.Day.StartMs}},"value":1}""")));
        batch.Tally("grid", 1, 1);
        return batch;
    }

    private static IntakeBatch Good()
    {
        var batch = new IntakeBatch();
        batch.Add(new Reading(1, Register.Total, ReplayDesk.Day.StartMs, 1, 0));
        batch.Tally("grid", 1, 0);
        return batch;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 1_000, "It did not come true.");
            await Task.Delay(10);
        }
    }
}
