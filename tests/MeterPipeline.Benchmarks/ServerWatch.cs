using System.Globalization;
using MeterPipeline.Servers;
using Npgsql;

namespace MeterPipeline.Benchmarks;

/// <summary>What a server has written and used so far, its children that have ended included.</summary>
internal sealed class ServerWatch(Postgres server)
{
    private const int Parent = 1, User = 11, System = 12, UserOfEnded = 13, SystemOfEnded = 14;
    private const double TicksPerSecond = 100;

    public long Wal() => Number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");

    public double Cpu()
    {
        var backend = Number("SELECT pg_backend_pid()::bigint").ToString(CultureInfo.InvariantCulture);
        var all = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])).Select(name => (Id: name!, Fields: Stat(name!)))
            .Where(process => process.Fields.Length > SystemOfEnded).ToList();
        var postmaster = all.First(process => process.Id == backend).Fields[Parent];
        return all.Where(process => process.Id == postmaster || process.Fields[Parent] == postmaster).Sum(process =>
            Ticks(process.Fields, User) + Ticks(process.Fields, System) + (process.Id == postmaster ? Ticks(process.Fields, UserOfEnded) + Ticks(process.Fields, SystemOfEnded) : 0)) / TicksPerSecond;
    }

    public long Number(string sql)
    {
        using var connection = new NpgsqlConnection(server.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Seconds of CPU that a process has used.</summary>
    public static double CpuOf(int process) => Stat(process.ToString(CultureInfo.InvariantCulture)) is { Length: > SystemOfEnded } fields
        ? (Ticks(fields, User) + Ticks(fields, System)) / TicksPerSecond : 0;

    private static long Ticks(string[] fields, int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);

    private static string[] Stat(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return []; // it has ended meanwhile
        }
    }
}
