using System.Net;

namespace MeterPipeline.Sinks;

/// <summary>Sends lines to InfluxDB once, by whatever client. Tries, timeouts and the meaning of the answer are the caller's.</summary>
/// <exception cref="HttpRequestException">The server was not reached.</exception>
public delegate ValueTask<InfluxAnswer> InfluxPost(ReadOnlyMemory<byte> lines, CancellationToken cancel);

/// <summary>What a server answered.</summary>
/// <param name="RetryAfter">The server's wish, if it told one.</param>
public readonly record struct InfluxAnswer(HttpStatusCode Status, string Body, TimeSpan? RetryAfter);
