namespace MeterPipeline.Cli;

/// <summary>What the process tells its caller.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>A difference was found, or some input was rejected.</summary>
    public const int Difference = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;
}

/// <summary>A failure that the operator can mend: the message names operation, place and remedy; no stack trace is shown.</summary>
public sealed class CommandException(string message, int exitCode = ExitCode.Usage) : Exception(message)
{
    public int Code { get; } = exitCode;
}
