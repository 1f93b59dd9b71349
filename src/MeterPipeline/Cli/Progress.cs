using System.Diagnostics;
using Spectre.Console;

namespace MeterPipeline.Cli;

/// <summary>Progress of long work on standard error: one line rewritten in place on a terminal, a plain line every two seconds otherwise.</summary>
public sealed class Progress(string what, string unit, long? total = null) : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(2);

    private readonly bool terminal = !Console.IsErrorRedirected && AnsiConsole.Profile.Capabilities.Interactive;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan shown;
    private long done;

    /// <summary>Tells how much is done.</summary>
    public void Report(long now)
    {
        done = now;
        if (clock.Elapsed - shown < (terminal ? OnTerminal : Elsewhere)) return;
        shown = clock.Elapsed;
        Show();
    }

    public void Dispose()
    {
        if (shown == TimeSpan.Zero) return;
        Show();
        if (terminal) Console.Error.WriteLine();
    }

    private void Show()
    {
        var share = total is > 0 ? $" {Math.Min(100, done * 100 / total.Value),3} % {Bar(done, total.Value)}" : "";
        var line = $"{what}:{share} {done:N0} {unit}, {done / Math.Max(0.001, clock.Elapsed.TotalSeconds):N0}/s";
        if (terminal) Console.Error.Write("\r" + line.PadRight(Math.Max(0, Console.WindowWidth - 1)));
        else Console.Error.WriteLine(line);
    }

    private static string Bar(long done, long total)
    {
        const int Width = 24;
        var filled = (int)Math.Clamp(done * Width / total, 0, Width);
        return new string('█', filled) + new string('░', Width - filled);
    }
}
