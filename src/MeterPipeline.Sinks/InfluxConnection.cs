using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace MeterPipeline.Sinks;

/// <summary>
/// Sends one body to one server: authentication, tries, circuit breaker, timeouts. Knows nothing of lines. Used by one caller at a time.
/// </summary>
internal sealed class InfluxConnection : IDisposable
{
    /// <summary>A reply names bad lines by their text: a batch of 50,000 lines of 80 bytes. What is longer is cut and the lines are sought by halving.</summary>
    private const int ReplyBytesMax = 4 * 1024 * 1024;

    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause inside one write; a longer Retry-After hands the batch back to the caller, who may do other work.</summary>
    private static readonly TimeSpan _delayMax = TimeSpan.FromSeconds(5);

    /// <summary>How long an open circuit answers without asking the server. Long enough to spare it, short enough not to add to the lag.</summary>
    private static readonly TimeSpan _breakFor = TimeSpan.FromSeconds(2);

    private readonly InfluxOptions _options;
    private readonly HttpClient _client;
    private readonly InfluxPost? _post;
    private readonly Uri _writeAddress;
    private readonly ResiliencePipeline<InfluxReply> _pipeline;

    /// <param name="post">Sends instead of the client here.</param>
    public InfluxConnection(InfluxOptions options, TimeProvider time, InfluxPost? post = null)
    {
        _options = options;
        _post = post;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = !options.Url.IsLoopback,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            // The pipeline times each try; this one would span them all.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.Authorization = Authorization(options);
        _writeAddress = Address(options.Api == InfluxApi.V1
            ? $"write?db={Escape(options.Database)}{(options.RetentionPolicy.Length > 0 ? "&rp=" + Escape(options.RetentionPolicy) : "")}&precision=ms"
            : $"api/v2/write?org={Escape(options.Org)}&bucket={Escape(options.Bucket)}&precision=ms");
        _pipeline = Pipeline(options, time);
    }

    /// <summary>Sends lines as they are, or compressed by gzip. Failures of transport come back as <see cref="ReplyKind.TryLater"/>.</summary>
    public async ValueTask<InfluxReply> SendAsync(ReadOnlyMemory<byte> body, bool gzipped, CancellationToken cancel)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await TryOnceAsync(body, gzipped, token), cancel);
        }
        catch (BrokenCircuitException e)
        {
            return new InfluxReply(ReplyKind.TryLater, "it has failed repeatedly and is left alone for a moment") { RetryAfter = e.RetryAfter ?? _breakFor };
        }
        catch (TimeoutRejectedException)
        {
            return new InfluxReply(ReplyKind.TryLater, $"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new InfluxReply(ReplyKind.TryLater, e.Message);
        }
    }

    /// <summary>Creates the v1 database; one that exists is no error.</summary>
    public async ValueTask<InfluxReply> CreateDatabaseAsync(CancellationToken cancel)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(_options.Timeout);
            using var form = new FormUrlEncodedContent([new("q", $"CREATE DATABASE \"{_options.Database}\"")]);
            using var response = await _client.PostAsync(Address("query"), form, limit.Token);
            return await ReadAsync(response, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new InfluxReply(ReplyKind.TryLater, e.Message);
        }
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<InfluxReply> TryOnceAsync(ReadOnlyMemory<byte> body, bool gzipped, CancellationToken cancel)
    {
        if (_post is not null)
        {
            var answer = await _post(body, cancel);
            return InfluxReply.From(answer.Status, answer.Body, answer.RetryAfter);
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, _writeAddress) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        if (gzipped)
            request.Content.Headers.ContentEncoding.Add("gzip");
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        return await ReadAsync(response, cancel);
    }

    private static async ValueTask<InfluxReply> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.StatusCode == HttpStatusCode.NoContent)
            return new InfluxReply(ReplyKind.Stored, "");
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var text = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while (text.Length < ReplyBytesMax && (read = await stream.ReadAsync(chunk, cancel)) > 0)
            text.Write(chunk, 0, read);
        return InfluxReply.From(response.StatusCode, Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length), response.Headers.RetryAfter?.Delta);
    }

    private static ResiliencePipeline<InfluxReply> Pipeline(InfluxOptions options, TimeProvider time)
    {
        var failed = new PredicateBuilder<InfluxReply>()
            .Handle<HttpRequestException>().Handle<IOException>().Handle<TimeoutRejectedException>()
            .HandleResult(r => r.Kind == ReplyKind.TryLater && (r.RetryAfter ?? TimeSpan.Zero) <= _delayMax);
        var builder = new ResiliencePipelineBuilder<InfluxReply> { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<InfluxReply>
            {
                ShouldHandle = failed,
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _firstDelay,
                MaxDelay = _delayMax,
                DelayGenerator = args => new(args.Outcome.Result?.RetryAfter),
            });
        }
        // Inside the retry, so that each try counts: half of at least four tries within ten seconds opens the circuit.
        builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions<InfluxReply>
        {
            ShouldHandle = failed,
            FailureRatio = 0.5,
            MinimumThroughput = 4,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = _breakFor,
        });
        return builder.AddTimeout(options.Timeout).Build();
    }

    private static AuthenticationHeaderValue? Authorization(InfluxOptions options) => options switch
    {
        { Api: InfluxApi.V2 } => new("Token", options.Token),
        { User.Length: > 0 } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"))),
        _ => null,
    };

    private Uri Address(string pathAndQuery) => new(_options.Url.AbsoluteUri.TrimEnd('/') + "/" + pathAndQuery);

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
