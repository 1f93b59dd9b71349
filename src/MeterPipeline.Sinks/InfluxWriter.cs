using System.IO.Compression;

namespace MeterPipeline.Sinks;

/// <summary>
/// Writes line protocol to InfluxDB (v1 or v2) or a server that takes its writes. Bad lines are found and set aside, by their
/// text where the server names them, by halving the batch where it does not; their neighbours are stored.
/// </summary>
public sealed class InfluxWriter : ISink
{
    /// <summary>
    /// Requests beyond the batch's own that a hunt for bad lines may cost. One bad line among 5,000 costs 2 × 13; a batch with
    /// more trouble than this finds is set aside coarsely rather than blocking the lines behind it.
    /// </summary>
    private const int ExtraRequestsMax = 256;

    /// <summary>A partial write that dropped more lines than this is not searched: 16 lines × 13 halvings fill the allowance.</summary>
    private const int DroppedSearchMax = 16;

    /// <summary>After Keep, where the server told nothing: a pause that neither hammers it nor adds noticeably to the lag.</summary>
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>After Keep that needs the operator: settings are not changed within seconds.</summary>
    private static readonly TimeSpan _operatorPause = TimeSpan.FromSeconds(15);

    private readonly InfluxOptions _options;
    private readonly InfluxConnection _connection;
    private readonly MemoryStream _body = new();
    private int _requestLines;

    /// <summary>Connects at the first write, not here.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it.</exception>
    /// <param name="post">Sends instead of our own client; it gets lines as they are, so <see cref="InfluxOptions.Gzip"/> must be off.</param>
    public InfluxWriter(InfluxOptions options, TimeProvider? time = null, InfluxPost? post = null)
    {
        options.Validate();
        _options = options;
        _connection = new InfluxConnection(options, time ?? TimeProvider.System, post);
        _requestLines = options.BatchLines;
    }

    /// <inheritdoc/>
    public async ValueTask<WriteResult> WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancel)
    {
        var batch = new LineBatch(lines);
        var work = new Stack<int[]>(batch.Cut(_requestLines).Reverse());
        var rejections = new List<Rejection>();
        var extra = 0;
        var created = false;
        while (work.TryPop(out var part))
        {
            var reply = await SendAsync(batch, part, cancel);
            switch (reply.Kind)
            {
                case ReplyKind.Stored:
                    break;
                case ReplyKind.NoDatabase when _options is { CreateDatabase: true, Api: InfluxApi.V1 } && !created:
                    created = true;
                    var creation = await _connection.CreateDatabaseAsync(cancel);
                    if (creation.Kind != ReplyKind.Stored)
                        return Keep(creation, "create the database");
                    work.Push(part);
                    break;
                case ReplyKind.TooLarge when part.Length > 1:
                    _requestLines = Math.Min(_requestLines, (part.Length + 1) / 2);
                    PushHalves(work, part);
                    break;
                case ReplyKind.BadLines or ReplyKind.TooLarge:
                    extra += SetAside(batch, part, reply, extra, work, rejections);
                    break;
                default:
                    return Keep(reply, "write");
            }
        }
        var stored = batch.Count - rejections.Sum(r => r.Lines);
        return rejections.Count == 0 ? WriteResult.Accepted(stored) : WriteResult.Rejected(stored, rejections);
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Books what a reply says about bad lines and pushes what must be sent again. Returns how many requests that adds.</summary>
    private static int SetAside(LineBatch batch, int[] part, InfluxReply reply, int extra, Stack<int[]> work, List<Rejection> rejections)
    {
        var named = part.Where(line => reply.NamedLines.ContainsKey(batch.Text(line))).ToArray();
        if (named.Length > 0 && reply.Dropped == 0)
        {
            rejections.AddRange(named.Select(line => new Rejection(reply.NamedLines[batch.Text(line)], 1, batch.Text(line))));
            var rest = part.Except(named).ToArray();
            // A partial write has stored the rest; a refusal of the whole has not. Each pass names at least one line less.
            if (reply.Partial || rest.Length == 0)
                return 0;
            work.Push(rest);
            return 1;
        }
        if (part.Length == 1)
        {
            rejections.Add(new Rejection(reply.ShortMessage, 1, batch.Text(part[0])));
            return 0;
        }
        if (reply.Partial && reply.Dropped > 0 && (reply.Dropped > DroppedSearchMax || extra >= ExtraRequestsMax))
        {
            rejections.Add(new Rejection(reply.ShortMessage, Math.Min(reply.Dropped, part.Length), null));
            return 0;
        }
        if (extra >= ExtraRequestsMax)
        {
            rejections.AddRange(part.Select(line => new Rejection($"set aside with its neighbours: {reply.ShortMessage}", 1, batch.Text(line))));
            return 0;
        }
        PushHalves(work, part);
        return 2;
    }

    private async ValueTask<InfluxReply> SendAsync(LineBatch batch, int[] part, CancellationToken cancel)
    {
        if (!_options.Compresses && batch.Contiguous(part) is { } plain)
            return await _connection.SendAsync(plain, gzipped: false, cancel);
        _body.SetLength(0);
        if (_options.Compresses)
        {
            using var gzip = new GZipStream(_body, CompressionLevel.Fastest, leaveOpen: true);
            batch.CopyTo(gzip, part);
        }
        else
        {
            batch.CopyTo(_body, part);
        }
        return await _connection.SendAsync(_body.GetBuffer().AsMemory(0, (int)_body.Length), _options.Compresses, cancel);
    }

    private static void PushHalves(Stack<int[]> work, int[] part)
    {
        work.Push(part[(part.Length / 2)..]);
        work.Push(part[..(part.Length / 2)]);
    }

    private WriteResult Keep(InfluxReply reply, string operation)
    {
        var failure = $"Cannot {operation} at {_options}: {reply.ShortMessage}.";
        if (reply.Kind == ReplyKind.TryLater)
            return WriteResult.Keep(failure + " The lines are kept and tried again.", reply.RetryAfter ?? _pause);
        var remedy = reply.Kind == ReplyKind.NoDatabase
            ? $" Create it (influx -execute 'CREATE DATABASE \"{_options.Database}\"') or set Influx:CreateDatabase to true."
            : " Check Influx:" + (_options.Api == InfluxApi.V1
                ? "Url, Database, RetentionPolicy, User and Password, and that the user may write to the database."
                : "Url, Org, Bucket and Token, and that the token may write to the bucket.");
        return WriteResult.Keep(failure + remedy + " The lines are kept until then.", _operatorPause, needsOperator: true);
    }
}
