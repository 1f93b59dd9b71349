using System.Diagnostics;

namespace MeterPipeline.ServerTests.Servers;

/// <summary>The fixtures themselves: what later tests take for granted about them.</summary>
public sealed class ServersTests
{
    [Fact]
    public void A_missing_program_is_a_failure_that_names_the_installer()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ServerProcess.Find("no-such-server"));
        Assert.Contains("tests/run.sh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mosquitto_queues_without_limit_for_a_sleeping_session_and_keeps_it_over_a_stop()
    {
        await using var broker = await Mosquitto.StartAsync();
        string[] at = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-q", "1", "-t", "metering/v1/acme/batch", "-V", "5"];
        string[] session = [.. at, "-i", "reader", "-c", "-x", "3600"];
        await RunAsync("mosquitto_sub", [.. session, "-E"]);
        await RunAsync("bash", "-c", $"seq 1500 | mosquitto_pub {string.Join(' ', at)} -l");
        await broker.StopAsync();
        await broker.StartAgainAsync();
        var received = await RunAsync("mosquitto_sub", [.. session, "-C", "1500", "-W", "20"]);
        Assert.Equal(Enumerable.Range(1, 1_500).Select(i => $"{i}"), received.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Postgres_keeps_what_was_committed_over_a_crash()
    {
        await using var server = await Postgres.StartAsync();
        await SqlAsync(server, "CREATE TABLE t (x int); INSERT INTO t VALUES (42)");
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal("42", (await SqlAsync(server, "SELECT x FROM t")).Trim());
    }

    private static Task<string> SqlAsync(Postgres server, string sql) =>
        RunAsync("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "postgres", "-c", sql);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Find(program), arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
