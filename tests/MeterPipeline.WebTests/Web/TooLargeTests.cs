using System.Net.Sockets;
using System.Text;

namespace MeterPipeline.Tests.Web;

/// <summary>Bodies larger than an address takes, as a client sees them that reads only once it has sent everything. Kestrel by itself would take 30,000,000 bytes.</summary>
public sealed class TooLargeTests(AccessSite people) : IClassFixture<AccessSite>
{
    [Theory]
    [InlineData("/settlements/draft", "text/html", 40, "提交的内容超过上限")]
    [InlineData("/registry/import", "text/html", 70, "文件超过 64 MiB。请按县或乡镇拆分后分别导入。")]
    [InlineData("/api/v1/seasons", "application/problem+json", 40, "")]
    public async Task An_answer_reaches_whoever_sends_everything_first(string path, string type, int mebibytes, string said)
    {
        using var client = new TcpClient(people.Site.Address.Host, people.Site.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head(path, mebibytes, ""));
        var block = new byte[1 << 20];
        for (var sent = 0; sent < mebibytes; sent++) await stream.WriteAsync(block);
        var answer = await Answer(stream, said);
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains(type, answer, StringComparison.Ordinal);
        Assert.Contains(said, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_first_is_told_no_and_sends_nothing()
    {
        using var client = new TcpClient(people.Site.Address.Host, people.Site.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head("/settlements/draft", 40, "Expect: 100-continue\r\n"));
        Assert.StartsWith("HTTP/1.1 413 ", await Answer(stream), StringComparison.Ordinal);
    }

    private static byte[] Head(string path, int mebibytes, string more) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {mebibytes << 20}\r\n{more}\r\n");

    /// <summary>The answer up to its head's end, and on to these words of its body.</summary>
    private static async Task<string> Answer(NetworkStream stream, string said = "")
    {
        var (text, block) = (new StringBuilder(), new byte[4096]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (text.ToString() is var come && !(come.Contains("\r\n\r\n", StringComparison.Ordinal) && come.Contains(said, StringComparison.Ordinal)) && await stream.ReadAsync(block, patience.Token) is > 0 and var read) text.Append(Encoding.UTF8.GetString(block, 0, read));
        return text.ToString();
    }
}
