using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Servers;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// The projection from the journal to a private InfluxDB beside a loop that posts the same batches, rendered before the clock starts: what reading,
/// rendering and waiting for answers cost of what the server can take. Each run into a database of its own.
/// </summary>
public static class InfluxBenchmark
{
    private const int PerDay = 96;

    private sealed record Figures(double PerSecond, double ClientMicros);

    public static async Task<int> RunAsync(Options options)
    {
        var (meters, days, runs) = (options.Number("meters", 10_000), options.Number("days", 1), options.Number("runs", 3));
        var readings = (long)meters * days * PerDay;
        var report = new Report(options.Verb, options.Text("out"));
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{meters:N0} meters, {days} days of {PerDay} readings each = {readings:N0} readings in a journal of {LedgersBenchmark.PerCommit:N0} to a row; 5,000 lines to a request, one request at a time; medians of {runs}, in turn."));
        report.Line("");
        await using var influx = await Influx.StartAsync(null);
        using var folder = new TempFolder("influx-bench");
        using var ledger = SqliteLedger.Open(folder.At("data"), create: true);
        Fill(ledger, folder.Path, meters, days);
        var rendered = new Rendered();
        await ProjectAsync(ledger, rendered);
        var ways = new (string What, Func<string, Task<Figures>> Run)[]
        {
            ("raw loop over rendered lines", database => RawAsync(influx, database, rendered.Batches, readings)),
            ("MeterPipeline, from the journal", database => OursAsync(influx, database, ledger, readings, gzip: false)),
            ("MeterPipeline, bodies compressed", database => OursAsync(influx, database, ledger, readings, gzip: true)),
        };
        var all = ways.Select(_ => new List<Figures>()).ToList();
        for (var run = 0; run < runs; run++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                var database = $"run{run}_{way}";
                await influx.QueryAsync($"CREATE DATABASE {database}");
                all[way].Add(await ways[way].Run(database));
                await influx.QueryAsync($"DROP DATABASE {database}");
                Console.Error.WriteLine($"run {run + 1} of {runs}: {ways[way].What}, {all[way][^1].PerSecond:N0} lines/s");
            }
        }
        report.Line("| what | lines/s | of the raw loop | CPU of the client, µs/line |");
        report.Line("|---|---|---|---|");
        var share = all.Select(figures => Median(figures, f => f.PerSecond) / Median(all[0], f => f.PerSecond)).ToList();
        for (var way = 0; way < ways.Length; way++)
            report.Line(string.Create(CultureInfo.InvariantCulture, $"| {ways[way].What} | {Median(all[way], f => f.PerSecond):N0} | {share[way]:P0} | {Median(all[way], f => f.ClientMicros):F2} |"));
        report.End();
        return share[1..].Max() >= 0.95 ? 0 : 1;
    }

    private static void Fill(SqliteLedger ledger, string folder, int meters, int days)
    {
        LedgersBenchmark.Import(ledger, LoadRegistry.Write(folder, meters));
        foreach (var row in LedgersBenchmark.Rows(meters, PerDay, days))
        {
            var writer = new JournalBlob.Writer();
            writer.Begin(LedgersBenchmark.Start, [new CompanyCount(LoadRegistry.Company, row.Length, 0)], row.Length);
            writer.Add(row);
            ledger.Append(writer.Finish(), []);
        }
    }

    private static async Task ProjectAsync(SqliteLedger ledger, ISink sink)
    {
        using var fold = ledger.AcquireFold();
        ledger.MoveCursor(0, Projector.CursorName(0), 0);
        await using var projector = new Projector(ledger, new RegistryWatch(ledger, TimeProvider.System), sink, null, TimeProvider.System, NullLogger<Projector>.Instance);
        await projector.CatchUpAsync(CancellationToken.None);
    }

    private static async Task<Figures> OursAsync(Influx influx, string database, SqliteLedger ledger, long lines, bool gzip)
    {
        await using var writer = new InfluxWriter(new InfluxOptions { Url = influx.Url, Database = database, Gzip = gzip });
        return await TimedAsync(influx, database, lines, () => ProjectAsync(ledger, writer));
    }

    private static async Task<Figures> RawAsync(Influx influx, string database, List<byte[]> batches, long lines)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var address = new Uri(influx.Url, $"write?db={database}&precision=ms");
        return await TimedAsync(influx, database, lines, async () =>
        {
            foreach (var batch in batches)
            {
                using var body = new ByteArrayContent(batch);
                body.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
                using var answer = await client.PostAsync(address, body);
                answer.EnsureSuccessStatusCode();
            }
        });
    }

    private static async Task<Figures> TimedAsync(Influx influx, string database, long lines, Func<Task> work)
    {
        var (cpu, clock) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        await work();
        var figures = new Figures(lines / clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / lines);
        var count = await influx.QueryAsync("SELECT count(value) FROM meter_reading", database);
        var stored = long.Parse(count[0]["count"], CultureInfo.InvariantCulture);
        return stored == lines ? figures : throw new InvalidOperationException($"{database}: {stored:N0} of {lines:N0} readings are stored.");
    }

    private static double Median(List<Figures> of, Func<Figures, double> value) => of.Select(value).Order().ElementAt(of.Count / 2);

    /// <summary>Keeps what it is given.</summary>
    private sealed class Rendered : ISink
    {
        public List<byte[]> Batches { get; } = [];

        public ValueTask<WriteResult> WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel)
        {
            Batches.Add(lines.ToArray());
            return ValueTask.FromResult(WriteResult.Accepted(0));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
