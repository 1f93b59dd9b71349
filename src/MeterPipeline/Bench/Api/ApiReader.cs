using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using LoadGenerator;
using MeterPipeline.Cli;

namespace MeterPipeline.Bench.Api;

/// <summary>How one kind of request was answered.</summary>
internal sealed class ApiTimes
{
    public Histogram Times { get; } = new();

    public long Requests { get; private set; }

    /// <summary>Answered with 304.</summary>
    public long Unchanged { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The slowest answer, and the moment into the phase at which it was due.</summary>
    public (long Microseconds, TimeSpan Due) Slowest { get; private set; }

    public void Add(TimeSpan due, long microseconds, bool unchanged, long bytes)
    {
        Times.Add(microseconds, 1);
        if (microseconds > Slowest.Microseconds) Slowest = (microseconds, due);
        (Requests, Unchanged, Bytes) = (Requests + 1, Unchanged + (unchanged ? 1 : 0), Bytes + bytes);
    }

    public void Add(ApiTimes other)
    {
        Times.Add(other.Times);
        if (other.Slowest.Microseconds > Slowest.Microseconds) Slowest = other.Slowest;
        (Requests, Unchanged, Bytes) = (Requests + other.Requests, Unchanged + other.Unchanged, Bytes + other.Bytes);
    }
}

/// <summary>
/// One viewer with a connection and a thread of its own, who asks at a steady rate. A time counts from the moment at which the request was due: where the
/// server holds one up, those behind it are late too, as they would be for people.
/// </summary>
/// <param name="seed">Of what is asked about.</param>
/// <param name="withTags">Sends the tag of what it has from the same address.</param>
internal sealed class ApiReader(Uri web, string key, int households, double perSecond, int seed, bool withTags)
{
    private readonly Random random = new(seed);
    private readonly Dictionary<string, string> tags = new(StringComparer.Ordinal);

    public Dictionary<ApiQuestion, ApiTimes> Answers { get; } = ApiQuestion.All.ToDictionary(question => question, _ => new ApiTimes());

    /// <exception cref="CommandException">An answer is not the one that was asked for.</exception>
    public void Run(TimeSpan span)
    {
        using var client = Client(web, key);
        var clock = Stopwatch.StartNew();
        var due = TimeSpan.FromSeconds(random.NextDouble() / perSecond);
        while (due < span)
        {
            if (due > clock.Elapsed) Thread.Sleep(due - clock.Elapsed);
            var question = Choose();
            var (unchanged, bytes) = Ask(client, question.Address(random.Next(households)));
            Answers[question].Add(due, (long)(clock.Elapsed - due).TotalMicroseconds, unchanged, bytes);
            due += TimeSpan.FromSeconds((0.5 + random.NextDouble()) / perSecond);
        }
    }

    public static HttpClient Client(Uri web, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = web };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private ApiQuestion Choose()
    {
        var drawn = random.Next(ApiQuestion.All.Sum(question => question.Weight));
        return ApiQuestion.All.First(question => (drawn -= question.Weight) < 0);
    }

    private (bool Unchanged, long Bytes) Ask(HttpClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (withTags && tags.TryGetValue(address, out var tag)) request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        using var answer = client.Send(request);
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotModified)) throw new CommandException($"{address} was answered with {(int)answer.StatusCode}.", ExitCode.Difference);
        if (withTags && answer.Headers.ETag is { } told) tags[address] = told.ToString();
        return (answer.StatusCode == HttpStatusCode.NotModified, answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult().Length);
    }
}
