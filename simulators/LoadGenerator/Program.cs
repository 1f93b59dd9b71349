using LoadGenerator;

try
{
    var line = CommandLine.Parse(args, Console.In);
    if (line is null)
    {
        Console.WriteLine(CommandLine.Usage);
        return 0;
    }
    if (line.RegistryFolder is { } folder)
    {
        Directory.CreateDirectory(folder);
        LoadRegistry.Write(folder, line.Load.Meters);
        Console.WriteLine($"registry of {line.Load.Meters:N0} meters written to {folder}");
        return 0;
    }
    line.Load.Validate();
    if (line.Idle > 0)
    {
        using var idle = new IdleConnections(line.Load, line.Idle);
        Console.WriteLine($"Ready: {line.Idle:N0} idle connections to {line.Load.To}");
        Thread.Sleep(TimeSpan.FromSeconds(line.Load.Seconds));
        return 0;
    }
    Console.WriteLine($"{line.Load.To}{(line.Load.Tls ? " with TLS" : "")}: {line.Load.Connections:N0} connections, {line.Load.Meters:N0} meters, window {line.Load.Window:N0}, "
        + $"{line.Load.WarmUpSeconds} s of warm-up, then {line.Load.Seconds} s measured");
    var result = LoadRun.Run(line.Load);
    Console.WriteLine($"{result.Rate:N0} readings/s: {result.Acknowledged:N0} acknowledged in {result.Seconds:F2} s ({result.Total:N0} with the warm-up)");
    Console.WriteLine($"PUBACK after p50 {result.P50Us / 1e3:F2} ms, p99 {result.P99Us / 1e3:F2} ms, at most {result.MaxUs / 1e3:F2} ms");
    Console.WriteLine($"CPU of the generator {result.CpuSeconds:F2} s, {result.CpuSeconds * 1e6 / result.Acknowledged:F2} µs a reading");
    return 0;
}
catch (FormatException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
catch (Exception problem) when (problem is LoadException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
