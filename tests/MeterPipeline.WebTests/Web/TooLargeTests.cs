using System.Net.Sockets;
using System.Text;

namespace MeterPipeline.Tests.Web;

/// <summary>Bodies larger than an address takes, as a client sees them that reads only once it has sent everything.</summary>
public sealed class TooLargeTests(AccessSite people) : IClassFixture<AccessSite>
{
    private const int MebibytesSent = 40; // Kestrel by itself would take 30,000,000 bytes

    [Theory]
    [InlineData("/settlements/draft", "text/html")]
    [InlineData("/api/v1/seasons", "application/problem+json")]
    public async Task An_answer_reaches_whoever_sends_everything_first(string path, string type)
    {
        using var client = new TcpClient(people.Site.Address.Host, people.Site.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head(path, ""));
        var block = new byte[1 << 20];
        for (var sent = 0; sent < MebibytesSent; sent++) await stream.WriteAsync(block);
        var answer = await Answer(stream);
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains(type, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_first_is_told_no_and_sends_nothing()
    {
        using var client = new TcpClient(people.Site.Address.Host, people.Site.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Head("/settlements/draft", "Expect: 100-continue\r\n"));
        Assert.StartsWith("HTTP/1.1 413 ", await Answer(stream), StringComparison.Ordinal);
    }

    private static byte[] Head(string path, string more) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: {MebibytesSent << 20}\r\n{more}\r\n");

    /// <summary>The head of the answer.</summary>
    private static async Task<string> Answer(NetworkStream stream)
    {
        var (text, block) = (new StringBuilder(), new byte[4096]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(block, patience.Token) is > 0 and var read) text.Append(Encoding.UTF8.GetString(block, 0, read));
        return text.ToString();
    }
}
