using System.CommandLine;
using System.Runtime;
using MeterPipeline.Run;
using MeterPipeline.Web.Registry;

namespace MeterPipeline.Cli;

/// <summary><c>run</c>: the pipeline, until it is told to stop.</summary>
public static class RunCommand
{
    private static readonly Option<string?> Mqtt = new("--mqtt") { Description = "Where meters publish (default 127.0.0.1:1883).", HelpName = "ADDRESS:PORT" };
    private static readonly Option<string?> Web = new("--web") { Description = "Pages, API and metrics (default 127.0.0.1:8080).", HelpName = "ADDRESS:PORT" };

    public static Command Create()
    {
        var run = new Command("run", "Take readings by MQTT, record, fold, project, and show them. SIGTERM drains and ends.") { Mqtt, Web };
        run.SetAction(RunAsync);
        return run;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        // Collecting the whole heap in one piece would stop viewers and acknowledgements for seconds.
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        var builder = Builder();
        var settings = PipelineSettings.Read(builder.Configuration);
        var listeners = Listeners.Of(settings, parsed.GetValue(Mqtt), parsed.GetValue(Web));
        var policies = Opened.Policies(parsed);
        // Not needed to run, but a wrong rule is better met now than at settlement.
        _ = Opened.FixedSums(parsed);
        using var ledger = Opened.Ledger(parsed, create: true);
        var users = ledger.Users();
        listeners.Require(users.Count > 0, users.Any(user => user.IsPerson), settings.Mqtt.Tls.RequireClientCertificate, settings.Web.BehindTls);
        builder.Services.AddSingleton(new RegistryImportOptions(Path.Combine(Path.GetFullPath(parsed.GetValue(CommandLine.Data)!), "imports")));
        await using var host = await PipelineHost.StartAsync(builder, ledger, policies, settings, listeners).ConfigureAwait(false);
        Console.WriteLine($"Ready: {listeners}, ledger {Opened.PlaceOf(ledger, parsed)}, {policies.Policies.Count} policies");
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping, cancel);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }

    /// <summary>Configuration and logging of a pipeline: warnings and worse to standard error, one line each.</summary>
    internal static WebApplicationBuilder Builder()
    {
        // Settings are read once. A watch of the working folder would be told of each write to the ledger below it.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"], ContentRootPath = Directory.GetCurrentDirectory() });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter(null, LogLevel.Warning).AddFilter("MeterPipeline", LogLevel.Information);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return builder;
    }
}
