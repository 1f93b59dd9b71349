using MeterPipeline.Mqtt.Subscriber;

namespace MeterPipeline.Tests.Mqtt.Brokers;

/// <summary>The decisions of a subscriber, without clock or socket.</summary>
public sealed class ProgressTests
{
    private static readonly SubscriberOptions Options = new() { NotConnectedSeconds = 60, NoCommitsSeconds = 30, BacklogMessages = 100, BacklogSeconds = 20 };

    [Fact]
    public void Away_for_too_long_is_trouble_from_the_start_and_over_with_the_connection()
    {
        var progress = new Progress(Options, Second(1_000));
        Assert.Equal(Trouble.None, progress.At(Second(1_059), false, 0, 0, null));
        Assert.Equal(Trouble.NotConnected, progress.At(Second(1_060), false, 0, 0, null));
        Assert.Equal(Trouble.None, progress.At(Second(1_061), true, 0, 0, null));
        Assert.Equal(Trouble.None, progress.At(Second(1_120), false, 0, 0, null));
        Assert.Equal(Trouble.NotConnected, progress.At(Second(1_121), false, 0, 0, null));
    }

    [Fact]
    public void Messages_that_wait_for_a_commit_that_does_not_come_are_trouble()
    {
        var progress = new Progress(Options, Second(0));
        Assert.Equal(Trouble.None, progress.At(Second(100), true, 0, 7, null));
        Assert.Equal(Trouble.None, progress.At(Second(129), true, 5, 7, null));
        Assert.Equal(Trouble.NoCommits, progress.At(Second(130), true, 5, 7, null));
        // One commit in time is progress, however many wait.
        Assert.Equal(Trouble.None, progress.At(Second(131), true, 500, 8, null));
        Assert.Equal(Trouble.None, progress.At(Second(160), true, 500, 8, null));
        Assert.Equal(Trouble.NoCommits, progress.At(Second(161), true, 500, 8, null));
        // Nothing taken is nothing owed.
        Assert.Equal(Trouble.None, progress.At(Second(162), true, 0, 8, null));
    }

    [Fact]
    public void A_backlog_is_trouble_unless_it_shrinks()
    {
        var progress = new Progress(Options, Second(0));
        Assert.Equal(Trouble.None, progress.At(Second(10), true, 0, 0, 100));
        Assert.Equal(Trouble.None, progress.At(Second(11), true, 0, 0, 5_000));
        Assert.Equal(Trouble.None, progress.At(Second(30), true, 0, 0, 6_000));
        Assert.Equal(Trouble.Backlog, progress.At(Second(31), true, 0, 0, 6_000));
        // Going up and down above its low is not shrinking.
        Assert.Equal(Trouble.Backlog, progress.At(Second(32), true, 0, 0, 5_500));
        Assert.Equal(Trouble.None, progress.At(Second(33), true, 0, 0, 4_999));
        for (var second = 34; second < 134; second += 10) Assert.Equal(Trouble.None, progress.At(Second(second), true, 0, 0, 4_000 - second));
        Assert.Equal(Trouble.Backlog, progress.At(Second(144), true, 0, 0, 4_000));
        Assert.Equal(Trouble.None, progress.At(Second(145), true, 0, 0, 100));
        Assert.Equal(Trouble.None, progress.At(Second(400), true, 0, 0, null));
    }

    [Fact]
    public void Pauses_double_and_begin_anew_after_a_connection_that_lasted()
    {
        var pauses = new Pauses();
        Assert.Equal([200, 400, 800], Enumerable.Range(0, 3).Select(_ => pauses.After(TimeSpan.Zero, takenOver: false).TotalMilliseconds));
        for (var i = 0; i < 10; i++) pauses.After(Second(30), takenOver: false);
        Assert.Equal(Second(30), pauses.After(Second(59), takenOver: false));
        Assert.Equal(Second(0.2), pauses.After(Second(60), takenOver: false));
    }

    [Fact]
    public void Two_that_throw_each_other_out_end_at_one_attempt_in_five_minutes_each()
    {
        var (ours, theirs) = (new Pauses(), new Pauses());
        var (mine, his) = (Second(86_400), Second(1));
        var attempts = 0;
        for (var spent = TimeSpan.Zero; spent < TimeSpan.FromHours(10); spent += mine + his, attempts++)
        {
            // Each connection lasts as long as the other one stays away.
            mine = ours.After(attempts == 0 ? mine : his, takenOver: true);
            his = theirs.After(mine, takenOver: true);
        }
        Assert.Equal(TimeSpan.FromMinutes(5), mine);
        Assert.True(attempts < 80, $"{attempts} attempts");
    }

    [Fact]
    public void A_version_is_remembered_until_the_broker_was_away()
    {
        var versions = new VersionChoice("auto");
        Assert.Equal(5, versions.Level);
        Assert.True(versions.Refused());
        Assert.Equal(4, versions.Level);
        Assert.False(versions.Refused());
        Assert.Equal(5, versions.Level);
        versions.Refused();
        versions.Unreachable();
        Assert.Equal(5, versions.Level);
    }

    [Fact]
    public void Drops_are_counted_over_connections_and_over_a_brokers_restart()
    {
        var figures = new SysFigures();
        long Told(string payload) => figures.Take("$SYS/broker/publish/messages/dropped"u8, System.Text.Encoding.UTF8.GetBytes(payload));
        Assert.Null(figures.Dropped);
        Assert.Equal([0, 0, 4, 0, 0, 3], ((string[])["10", "10", "14", "many", "-1", "3"]).Select(Told));
        Assert.Equal(3, figures.Dropped);
        figures.Take("$SYS/broker/messages/stored"u8, "60"u8);
        figures.Take("$SYS/broker/retained messages/count"u8, "52"u8);
        Assert.Equal(8, figures.Waiting);
        figures.Disconnected();
        Assert.Null(figures.Waiting);
        Assert.Equal(2, Told("5"));
    }

    [Theory]
    [InlineData(nameof(SubscriberOptions.Version), "4")]
    [InlineData(nameof(SubscriberOptions.Port), 0)]
    [InlineData(nameof(SubscriberOptions.KeepAliveSeconds), 4)]
    [InlineData(nameof(SubscriberOptions.SessionExpiryDays), 366)]
    [InlineData(nameof(SubscriberOptions.ReceiveMaximum), 65_536)]
    [InlineData(nameof(SubscriberOptions.MaxPacketBytes), 131_071)]
    [InlineData(nameof(SubscriberOptions.NotConnectedSeconds), 4)]
    [InlineData(nameof(SubscriberOptions.NoCommitsSeconds), 86_401)]
    [InlineData(nameof(SubscriberOptions.BacklogMessages), -1)]
    [InlineData(nameof(SubscriberOptions.BacklogSeconds), 14)]
    public void A_setting_that_cannot_be_used_is_named_with_its_range(string setting, object value)
    {
        var options = new SubscriberOptions { Name = "north" };
        options.Validate();
        typeof(SubscriberOptions).GetProperty(setting)!.SetValue(options, value);
        var message = Assert.Throws<ArgumentException>(options.Validate).Message;
        Assert.Contains($"{setting} of north is {value}; allowed are", message, StringComparison.Ordinal);
    }

    private static TimeSpan Second(double second) => TimeSpan.FromSeconds(second);
}
