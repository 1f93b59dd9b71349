namespace MeterFleet;

/// <summary>A replay for a person at a terminal: one line that counts, or plain lines where the output goes to a file.</summary>
internal static class ConsoleReplay
{
    internal static async Task<int> RunAsync(Fleet fleet, CommandLine line)
    {
        await using MqttPublisher publisher = new(new MqttPublisherOptions
        {
            Host = line.Host,
            Port = line.Port,
            Username = line.User,
            Password = Environment.GetEnvironmentVariable("METERFLEET_PASSWORD"),
            ClientId = "meter-fleet" + (line.Company is { } company ? "-" + company : ""),
            Window = line.Window,
            Reconnect = true,
        });
        await publisher.ConnectAsync();
        ReplayProgress done = await Replay.RunAsync(fleet, publisher, line.DaysPerSecond, Show, line.Company);
        if (!Console.IsOutputRedirected)
            Console.WriteLine();
        AckLatency latency = publisher.Latency;
        Console.WriteLine($"done: {done.Readings} readings, ack p50 {latency.P50Ms:0.0} ms, p99 {latency.P99Ms:0.0} ms, {publisher.Reconnects} reconnects");
        return 0;
    }

    private static void Show(ReplayProgress at)
    {
        string text = $"day {at.Days,6:0.0}  sent {at.Messages,9}  acked {at.Acknowledged,9}  {at.Rate,9:0}/s";
        if (Console.IsOutputRedirected)
            Console.WriteLine(text);
        else
            Console.Write("\r" + text);
    }
}
