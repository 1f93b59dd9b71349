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

    return line.RegistryOnly ? 0 : await ConsoleReplay.RunAsync(fleet, line);
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
