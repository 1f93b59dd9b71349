using System.Net;
using System.Text;
using InfluxDB.Client;
using InfluxDB.Client.Api.Domain;
using InfluxDB.Client.Core.Exceptions;
using MeterPipeline.Sinks;

namespace MeterPipeline.Adapters;

/// <summary>
/// Writes through InfluxDB.Client, which speaks the v2 interface. It sends; what its answers mean for each line, and when to try again, is
/// <see cref="InfluxWriter"/>'s.
/// </summary>
public sealed class InfluxClientSink : ISink
{
    private readonly InfluxOptions options;
    private readonly InfluxDBClient client;
    private readonly WriteApiAsync write;
    private readonly InfluxWriter writer;

    /// <summary>Connects at the first write, not here.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    public InfluxClientSink(InfluxOptions options, TimeProvider? time = null)
    {
        if (options.Api != InfluxApi.V2) throw new ArgumentException("Setting Influx:Client influxdb-client needs Influx:Api V2: that client speaks nothing else.", nameof(options));
        options.Validate();
        this.options = options;
        client = new InfluxDBClient(new InfluxDBClientOptions(options.Url.AbsoluteUri.TrimEnd('/')) { Token = options.Token, Timeout = options.Timeout, AllowHttpRedirects = false });
        if (options.Compresses) client.EnableGzip();
        write = client.GetWriteApiAsync();
        // The client compresses by itself.
        writer = new InfluxWriter(options with { Gzip = false }, time, PostAsync);
    }

    public ValueTask<WriteResult> WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel) => writer.WriteAsync(lines, cancel);

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync().ConfigureAwait(false);
        client.Dispose();
    }

    private async ValueTask<InfluxAnswer> PostAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        try
        {
            var text = Encoding.UTF8.GetString(lines.Span.TrimEnd((byte)'\n'));
            await write.WriteRecordAsync(text, WritePrecision.Ms, options.Bucket, options.Org, cancel).ConfigureAwait(false);
            return new InfluxAnswer(HttpStatusCode.NoContent, "", null);
        }
        catch (HttpException refused) when (refused.Status > 0)
        {
            var body = refused.ErrorBody is { Count: > 0 } json ? json.ToString() : refused.Message;
            return new InfluxAnswer((HttpStatusCode)refused.Status, body, refused.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        }
        catch (HttpException unreached)
        {
            // A request that was called off comes back so, too.
            cancel.ThrowIfCancellationRequested();
            throw new HttpRequestException(unreached.Message, unreached);
        }
    }
}
