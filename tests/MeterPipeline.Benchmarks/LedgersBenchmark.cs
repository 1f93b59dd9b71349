using System.Diagnostics;
using System.Globalization;
using LoadGenerator;
using MeterPipeline.Bench;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using SQLitePCL;

namespace MeterPipeline.Benchmarks;

/// <summary>
/// Recording and folding on either ledger, without the sockets before them, beside plain <c>COPY</c> of the same readings as rows: with the key
/// that tells duplicates, and into a table without any. The same readings per commit everywhere, and every commit waits for the disk. Then the same readings
/// again: of days that are over, which a process that has just started compares with what is stored.
/// </summary>
public static class LedgersBenchmark
{
    internal const int PerCommit = 5_000;
    internal static readonly long Start = new DateTimeOffset(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    /// <param name="Recorded">Readings whose commit was on the disk.</param>
    /// <param name="Stored">Folded and flushed, or simply in their table.</param>
    private sealed record Figures(string What, double Recorded, double Stored, double ClientMicros, double ServerMicros, double WalBytes, double StoredBytes);

    public static async Task<int> RunAsync(Options options)
    {
        var (meters, perDay, days) = (options.Number("meters", 10_000), options.Number("per-day", 96), options.Number("days", 1));
        var readings = (long)meters * perDay * days;
        var report = new Report("ledger", options.Text("out"));
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{meters:N0} meters, {days} days of {perDay} readings each = {readings:N0} readings, all meters in turn, {PerCommit:N0} to a commit; PostgreSQL as it comes."));
        report.Line("");
        report.Line("| what | recorded, readings/s | stored, readings/s | CPU µs/reading | server CPU µs/reading | WAL bytes/reading | stored bytes/reading |");
        report.Line("|---|---|---|---|---|---|---|");
        await using var server = await Postgres.StartAsync();
        for (var run = 0; run < options.Number("runs", 1); run++)
        {
            using var folder = new TempFolder("ledgers");
            var files = LoadRegistry.Write(folder.Path, meters);
            Figures figures;
            using (var ledger = SqliteLedger.Open(folder.At("data"), create: true)) Import(ledger, files);
            var empty = Compacted(folder.At("data/ledger.db"));
            using (var ledger = SqliteLedger.Open(folder.At("data")))
                figures = await LedgerAsync("SQLite ledger", ledger, Rows(meters, perDay, days), readings, null);
            Show(report, figures with { StoredBytes = (Compacted(folder.At("data/ledger.db")) - empty) / (double)readings });
            using (var ledger = SqliteLedger.Open(folder.At("data")))
                Show(report, await LedgerAsync("SQLite ledger, all of it again", ledger, Rows(meters, perDay, days), readings, null));
            var target = new PostgresOptions(server.ConnectionString) { Partitions = 1, Schema = $"run_{run}" };
            using (var ledger = PostgresLedger.Open(target, create: true))
            {
                Import(ledger, files);
                figures = await LedgerAsync("PostgreSQL ledger", ledger, Rows(meters, perDay, days), readings, new ServerWatch(server));
            }
            Show(report, figures with { StoredBytes = Compacted(server, target.Schema) / (double)readings });
            using (var ledger = PostgresLedger.Open(target))
                Show(report, await LedgerAsync("PostgreSQL ledger, all of it again", ledger, Rows(meters, perDay, days), readings, new ServerWatch(server)));
            Show(report, Copy("COPY, keyed", server, $"keyed_{run}", ", PRIMARY KEY (meter, register, time_ms, revision)", Rows(meters, perDay, days), readings));
            Show(report, Copy("COPY, no key", server, $"plain_{run}", "", Rows(meters, perDay, days), readings));
        }
        report.End();
        return 0;
    }

    internal static void Import(ILedger ledger, IReadOnlyList<(string Kind, string Path)> files)
    {
        foreach (var (kind, path) in files)
        {
            using var content = File.OpenRead(path);
            RegistryCsv.Import(ledger, Enum.Parse<RegistryFile>(kind, ignoreCase: true), content, "benchmark", 0, _ => { });
        }
    }

    private static async Task<Figures> LedgerAsync(
        string what, ILedger ledger, IEnumerable<Reading[]> rows, long readings, ServerWatch? server)
    {
        var registry = new RegistryWatch(ledger, TimeProvider.System);
        var company = registry.Registry.Companies.Keys.First();
        var (cpu, walBefore, serverBefore, clock) = (Cpu(), server?.Wal() ?? 0, server?.Cpu() ?? 0, Stopwatch.StartNew());
        var recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance);
        var accruer = new Accruer(ledger, registry, recorder.Follow(0), new VillageBoard(new PolicyBook([]), TimeProvider.System), TimeProvider.System, NullLogger<Accruer>.Instance);
        recorder.FoldedSeq = _ => accruer.AppliedSeq;
        accruer.Start();
        foreach (var row in rows)
        {
            var batch = new IntakeBatch();
            foreach (var reading in row) batch.Add(reading);
            batch.Tally(company, row.Length, 0);
            await recorder.SubmitAsync(batch, CancellationToken.None);
        }
        await recorder.DisposeAsync();
        var recorded = clock.Elapsed.TotalSeconds;
        await accruer.DisposeAsync();
        if (accruer.Failure is { } failure) throw failure;
        var all = clock.Elapsed.TotalSeconds;
        return new Figures(
            what, readings / recorded, readings / all, (Cpu() - cpu) * 1e6 / readings, server is null ? 0 : (server.Cpu() - serverBefore) * 1e6 / readings,
            server is null ? 0 : (server.Wal() - walBefore) / (double)readings, 0);
    }

    /// <summary>Without the space of rows written again, which later rows use.</summary>
    private static long Compacted(string file)
    {
        if (raw.sqlite3_open(file, out var database) != raw.SQLITE_OK) throw new IOException($"{file} cannot be opened.");
        using (database)
            if (raw.sqlite3_exec(database, "VACUUM") != raw.SQLITE_OK) throw new IOException(raw.sqlite3_errmsg(database).utf8_to_string());
        return new FileInfo(file).Length;
    }

    private static long Compacted(Postgres server, string schema)
    {
        using var connection = new NpgsqlConnection(server.ConnectionString + $";Search Path={schema};Pooling=false");
        connection.Open();
        foreach (var table in (string[])["meter_day", "meter_year"])
        {
            using var compact = new NpgsqlCommand($"VACUUM FULL {table}", connection);
            compact.ExecuteNonQuery();
        }
        using var size = new NpgsqlCommand("SELECT pg_total_relation_size('meter_day') + pg_total_relation_size('meter_year')", connection);
        return (long)size.ExecuteScalar()!;
    }

    private static Figures Copy(string what, Postgres server, string table, string key, IEnumerable<Reading[]> rows, long readings)
    {
        var watch = new ServerWatch(server);
        using var connection = new NpgsqlConnection(server.ConnectionString);
        connection.Open();
        using (var create = new NpgsqlCommand(
            $"CREATE TABLE {table} (meter integer NOT NULL, register smallint NOT NULL, time_ms bigint NOT NULL, revision integer NOT NULL, value bigint NOT NULL{key})", connection))
            create.ExecuteNonQuery();
        var (cpu, wal, serverBefore, clock) = (Cpu(), watch.Wal(), watch.Cpu(), Stopwatch.StartNew());
        foreach (var row in rows)
        {
            using var writer = connection.BeginBinaryImport($"COPY {table} FROM STDIN (FORMAT binary)");
            foreach (var reading in row)
            {
                writer.StartRow();
                writer.Write(reading.MeterNo, NpgsqlDbType.Integer);
                writer.Write((short)reading.Register, NpgsqlDbType.Smallint);
                writer.Write(reading.TimeMs, NpgsqlDbType.Bigint);
                writer.Write(reading.Revision, NpgsqlDbType.Integer);
                writer.Write(reading.Value, NpgsqlDbType.Bigint);
            }
            writer.Complete();
        }
        var seconds = clock.Elapsed.TotalSeconds;
        return new Figures(
            what, readings / seconds, readings / seconds, (Cpu() - cpu) * 1e6 / readings, (watch.Cpu() - serverBefore) * 1e6 / readings,
            (watch.Wal() - wal) / (double)readings, watch.Number($"SELECT pg_total_relation_size('{table}')") / (double)readings);
    }

    /// <summary>
    /// Readings of a quarter hour, or whatever the day is divided into, of all meters, then of the next; each row is a commit's. A household heats
    /// with about 40 kWh a day, never twice the same, and its meter shows hundredths of a kWh.
    /// </summary>
    internal static IEnumerable<Reading[]> Rows(int meters, int perDay, int days)
    {
        const long Hundredth = 100, PerDay = 40_0000;
        var row = new List<Reading>(PerCommit);
        var values = Enumerable.Range(0, meters).Select(n => LoadRegistry.Opening(n) * 10_000L).ToArray();
        var dice = new Random(1);
        for (var step = 0; step < perDay * days; step++)
        {
            for (var no = 1; no <= meters; no++)
            {
                row.Add(new Reading(no, Register.Total, Start + step * (86_400_000L / perDay), values[no - 1] / Hundredth * Hundredth, 0));
                values[no - 1] += dice.NextInt64(2 * PerDay / perDay);
                if (row.Count < PerCommit) continue;
                yield return [.. row];
                row.Clear();
            }
        }
        if (row.Count > 0) yield return [.. row];
    }

    private static void Show(Report report, Figures figures) => report.Line(string.Create(CultureInfo.InvariantCulture,
        $"| {figures.What} | {figures.Recorded:N0} | {figures.Stored:N0} | {figures.ClientMicros:F2} | {figures.ServerMicros:F2} | {figures.WalBytes:F1} | {figures.StoredBytes:F2} |"));

    private static double Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }
}
