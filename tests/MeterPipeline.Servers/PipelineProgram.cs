using System.Diagnostics;

namespace MeterPipeline.Servers;

/// <summary>The real executable on one ledger: how it is started, and verbs beside it. Settings apply to what is started afterwards.</summary>
/// <param name="folder">Where it works; its data folder is <c>data</c> in it.</param>
public sealed class PipelineProgram(string folder)
{
    private static readonly TimeSpan _verbMax = TimeSpan.FromMinutes(5);
    private static readonly string _program = typeof(Cli.CommandLine).Assembly.Location;

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public string Data { get; } = Path.Combine(folder, "data");

    /// <summary>A setting such as <c>Ledger:Provider</c>.</summary>
    public void Set(string key, string value) => _environment[Variable(key)] = value;

    public bool Has(string key) => _environment.ContainsKey(Variable(key));

    public ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [_program, .. arguments, "--data", Data])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (key, value) in _environment) start.Environment[key] = value;
        return start;
    }

    /// <summary>Runs a verb to its end.</summary>
    public (int Code, string Output, string Errors) Verb(params string[] arguments) => Finish(Process.Start(Command(arguments))!);

    /// <summary>Runs a verb with something to read on standard input.</summary>
    public (int Code, string Output, string Errors) VerbReading(string input, params string[] arguments)
    {
        var start = Command(arguments);
        start.RedirectStandardInput = true;
        var process = Process.Start(start)!;
        process.StandardInput.WriteLine(input);
        process.StandardInput.Close();
        return Finish(process);
    }

    private static string Variable(string key) => $"MeterPipeline__{key.Replace(":", "__", StringComparison.Ordinal)}";

    private static (int Code, string Output, string Errors) Finish(Process process)
    {
        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(_verbMax))
            {
                process.Kill();
                process.WaitForExit();
            }
            return (process.ExitCode, output.Result, errors.Result);
        }
    }
}
