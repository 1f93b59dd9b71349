using System.Net;
using LoadGenerator;
using MeterPipeline.Tests.Mqtt;

namespace MeterPipeline.Tests.Load;

/// <summary>The load generator against the built-in endpoint on a port of its own.</summary>
public sealed class LoadRunTests
{
    /// <summary>The first quarter hour of the readings.</summary>
    private static readonly DateTimeOffset Start = new(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public async Task It_keeps_to_its_window_and_counts_exactly_what_was_acknowledged()
    {
        var receiver = new ProbeReceiver();
        await using var host = await EndpointHost.StartAsync(receiver);
        receiver.Hold();
        var load = new LoadOptions
        {
            To = new IPEndPoint(IPAddress.Loopback, host.Port),
            Connections = 3,
            Meters = 200,
            Window = 16,
            Seconds = 60,
            WarmUpSeconds = 0,
            Until = Start.AddMinutes(150),
        };
        var running = Task.Run(() => LoadRun.Run(load));
        await receiver.UntilAsync(3 * 16);
        Assert.Equal(3 * 16, receiver.Messages.Count);
        receiver.Release();
        var result = await running;
        // Eleven quarter hours; the readings end the load, long before its time.
        Assert.Equal(11 * 200, result.Total);
        Assert.Equal(11 * 200, receiver.Messages.Count);
        Assert.Equal(11 * 200, receiver.Messages.Distinct().Count());
        Assert.Equal(200, receiver.Messages.Select(m => m.Topic).Distinct().Count());
        Assert.InRange(result.Acknowledged, 1, result.Total);
        Assert.InRange(result.P50Us, 1, result.P99Us);
        Assert.InRange(result.P99Us, result.P50Us, result.MaxUs);
    }

    [Fact]
    public async Task It_keeps_to_a_rate_and_begins_where_it_is_told()
    {
        var receiver = new ProbeReceiver();
        await using var host = await EndpointHost.StartAsync(receiver);
        var load = new LoadOptions
        {
            To = new IPEndPoint(IPAddress.Loopback, host.Port),
            Connections = 2,
            Meters = 4_000,
            Seconds = 1,
            WarmUpSeconds = 0,
            PerSecond = 3_000,
            From = Start.AddDays(1),
            Above = 7.25m,
        };
        var started = TimeProvider.System.GetTimestamp();
        var result = await Task.Run(() => LoadRun.Run(load));
        // A piece of 512 messages is sent once the first of them is due.
        Assert.InRange(result.Total, 1_000, (long)(3_000 * TimeProvider.System.GetElapsedTime(started).TotalSeconds) + 2 * 512);
        Assert.Contains("""{"ts":"2025-11-17T00:00:00+08:00","value":"001007.26"}""", receiver.Messages.Select(message => message.Payload));
    }

    [Fact]
    public async Task A_server_that_leaves_is_an_error_and_not_a_figure()
    {
        var receiver = new ProbeReceiver();
        await using var host = await EndpointHost.StartAsync(receiver);
        var load = new LoadOptions { To = new IPEndPoint(IPAddress.Loopback, host.Port), Connections = 2, Meters = 1_000, Window = 1, Seconds = 60, WarmUpSeconds = 0 };
        var running = Task.Run(() => LoadRun.Run(load));
        await receiver.UntilAsync(100);
        await host.DisposeAsync();
        Assert.DoesNotContain("Nothing was", (await Assert.ThrowsAsync<LoadException>(() => running)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Idle_connections_stand_until_they_are_let_go()
    {
        await using var host = await EndpointHost.StartAsync(new ProbeReceiver());
        using (new IdleConnections(new LoadOptions { To = new IPEndPoint(IPAddress.Loopback, host.Port) }, 20)) await host.UntilConnectionsAsync(20);
        await host.UntilConnectionsAsync(0);
    }

    [Fact]
    public void Nobody_is_loaded_who_did_not_ask_for_it()
    {
        var load = new LoadOptions { To = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1883) };
        Assert.Contains("--anywhere", Assert.Throws<LoadException>(load.Validate).Message, StringComparison.Ordinal);
        (load with { Anywhere = true }).Validate();
        Assert.Contains("--meters", Assert.Throws<LoadException>(() => (load with { Anywhere = true, Meters = 63 }).Validate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_says_what_is_wrong_with_it()
    {
        var read = CommandLine.Parse(["--to", "127.0.0.1:1884", "--connections", "2", "--user", "u", "--password-stdin"], new StringReader("secret\n"))!.Load;
        Assert.Equal((1884, 2, "u", "secret"), (read.To.Port, read.Connections, read.User, read.Password));
        foreach (var (wrong, named) in (ReadOnlySpan<(string[], string)>)[(["--to", "here"], "--to"), (["--window"], "--window"), (["--seconds", "x"], "--seconds"), (["--loud"], "--loud"), (["--user", "u"], "--password-stdin")])
            Assert.Contains(named, Assert.Throws<FormatException>(() => CommandLine.Parse(wrong, TextReader.Null)).Message, StringComparison.Ordinal);
    }
}
