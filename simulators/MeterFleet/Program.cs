using MeterFleet;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (FormatException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}

if (line.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

Fleet fleet = Fleet.Create(line.Fleet);
try
{
    if (line.Registry is { } folder)
    {
        fleet.WriteRegistry(folder);
        Console.WriteLine($"registry of {fleet.Households.Count} households and {fleet.Meters.Count} meters written to {folder}");
    }

    return line.RegistryOnly ? 0 : await PublishAsync(fleet, line);
}
catch (IOException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
catch (UnauthorizedAccessException problem)
{
    Console.Error.WriteLine($"The registry cannot be written: {problem.Message}");
    return 1;
}

static async Task<int> PublishAsync(Fleet fleet, CommandLine line)
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

static void Show(ReplayProgress at)
{
    string text = $"day {at.Days,6:0.0}  sent {at.Messages,9}  acked {at.Acknowledged,9}  {at.Rate,9:0}/s";
    if (Console.IsOutputRedirected)
        Console.WriteLine(text);
    else
        Console.Write("\r" + text);
}
