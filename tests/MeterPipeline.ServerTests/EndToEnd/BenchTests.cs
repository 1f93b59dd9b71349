namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>The verbs of <c>bench</c>, for a second each.</summary>
public sealed class BenchTests
{
    [Theory]
    [InlineData]
    [InlineData("--tls")]
    [InlineData("--textbook")]
    public void It_prints_a_row_for_each_server_and_leaves_nothing_behind(params string[] further)
    {
        using var pipeline = new PipelineProcess();
        var report = pipeline.Write("report.md", "");
        var (code, output, errors) = pipeline.Verb(["bench", "ingest", "--seconds", "1", "--warm-up", "0", "--meters", "100", "--connections", "1", "--runs", "1", "--out", report, .. further]);
        Assert.True(code == 0, errors);
        foreach (var server in (string[])["meterpipeline", "mosquitto, TCP no-delay", "mosquitto, as it comes"])
            Assert.Contains($"\n| {server} | 1 | 100 | ", output, StringComparison.Ordinal);
        Assert.Equal(further.Contains("--textbook"), output.Contains("\n| textbook worker | 1 | 100 | ", StringComparison.Ordinal));
        Assert.StartsWith(output, File.ReadAllText(report), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(pipeline.Data));
    }

    [Theory]
    [InlineData("| 20 | ", "idle", "--connections", "20", "--seconds", "1", "--warm-up", "0", "--runs", "1")]
    [InlineData("| peak RSS | ", "memory", "--meters", "50")]
    [InlineData("| until it takes readings | ", "restart", "--readings", "100000")]
    public void The_other_figures_stand_beside_their_budgets(string row, params string[] verb)
    {
        using var pipeline = new PipelineProcess();
        var (code, output, errors) = pipeline.Verb(["bench", .. verb]);
        Assert.True(code == 0, output + errors);
        Assert.Contains("\n" + row, output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(pipeline.Data));
    }

    [Theory]
    [InlineData("--connections", "1,x")]
    [InlineData("--connections", "10001")]
    [InlineData("--runs", "0")]
    public void A_wrong_number_is_named(string option, string value)
    {
        using var pipeline = new PipelineProcess();
        var (code, _, errors) = pipeline.Verb("bench", "ingest", option, value);
        Assert.Equal(2, code);
        Assert.Contains(option, errors, StringComparison.Ordinal);
    }
}
