using MeterPipeline.Crash;

CrashOptions options;
CrashTable table;
try
{
    options = CrashOptions.Parse(args);
    table = await CrashRun.RunAsync(options, Console.Error.WriteLine);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n{CrashOptions.Usage}");
    return 2;
}
Console.WriteLine(table);
if (options.Out is { } file) File.WriteAllText(file, table.ToString());
return table.Passed ? 0 : 1;
