using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// Appends to the journal over one connection of its own: one round trip and one transaction per call. Each call carries the process's random
/// id and a number; where the connection is lost before the answer, the call is sent again with both, and the server stores it or tells the
/// rows that it already has.
/// </summary>
internal sealed class JournalAppender(PostgresDatabase database) : IDisposable
{
    private const string Operation = "append to the journal";
    private const string StoredAlready = "MP001";
    private const string AppendSql = "SELECT append($1, $2, $3, $4)";

    /// <summary>Rows of processes long gone.</summary>
    private const string ForgetSql = "DELETE FROM writer WHERE at < now() - interval '30 days'";

    private readonly Guid writer = new(RandomNumberGenerator.GetBytes(16));
    private readonly Lock writing = new();
    private readonly List<QuarantinedMessage> messages = [];
    private int[] partitions = [];
    private ReadOnlyMemory<byte>[] blobs = [];
    private byte[] buffer = [];
    private long call;
    private bool unknown;
    private NpgsqlConnection? connection;

    public long[] Append(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined)
    {
        if (rows.All(row => row.Blob.IsEmpty) && quarantined.Count == 0)
            throw new ArgumentException("Nothing to append: neither readings nor quarantined messages.");
        lock (writing)
        {
            if (!unknown || !IsRepeated(rows, quarantined)) Take(rows, quarantined);
            try
            {
                return Send();
            }
            catch (NpgsqlException error) when (IsAnswer(error))
            {
                unknown = false;
                throw database.Describe(Operation, error);
            }
            catch (NpgsqlException)
            {
                Disconnect();
                database.ForgetIdle();
            }
            return SendAgain();
        }
    }

    public void Dispose()
    {
        lock (writing) Disconnect();
    }

    private long[] SendAgain()
    {
        try
        {
            return Send();
        }
        catch (NpgsqlException error)
        {
            unknown = !IsAnswer(error);
            Disconnect();
            throw database.Describe(Operation, error);
        }
    }

    private long[] Send()
    {
        connection ??= Connect();
        unknown = true;
        try
        {
            using var batch = Batch(new Session(connection).Connection);
            using var reader = batch.ExecuteReader();
            reader.Read();
            var seqs = reader.GetFieldValue<long[]>(0);
            while (reader.NextResult()) continue; // the commit's answer comes after the last
            unknown = false;
            return seqs;
        }
        catch (PostgresException answer) when (answer.SqlState == StoredAlready)
        {
            var known = answer.MessageText.Split(' ');
            if (known[0] != call.ToString(CultureInfo.InvariantCulture)) throw new InvalidOperationException($"Call {call} of this process was overtaken by {known[0]}.");
            unknown = false;
            return [.. known[1..].Select(seq => long.Parse(seq, CultureInfo.InvariantCulture))];
        }
    }

    private NpgsqlBatch Batch(NpgsqlConnection to)
    {
        var batch = new NpgsqlBatch(to);
        var append = new NpgsqlBatchCommand(AppendSql);
        append.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writer });
        append.Parameters.Add(new NpgsqlParameter<long> { TypedValue = call });
        append.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = partitions });
        append.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]> { TypedValue = blobs, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        batch.BatchCommands.Add(append);
        if (messages.Count > 0)
        {
            var keep = new NpgsqlBatchCommand(Tables.Quarantine.Sql);
            foreach (var values in Tables.Quarantine.Values(messages, 0, messages.Count)) keep.Parameters.Add(new NpgsqlParameter { Value = values });
            batch.BatchCommands.Add(keep);
        }
        batch.Prepare();
        return batch;
    }

    private NpgsqlConnection Connect()
    {
        var made = database.Connect();
        if (call == 1) new Session(made).Run(ForgetSql);
        return made;
    }

    /// <summary>Kept here, so that a repeated call is known by its content.</summary>
    private void Take(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined)
    {
        call++;
        partitions = [.. rows.Select(row => row.Partition)];
        blobs = new ReadOnlyMemory<byte>[rows.Count];
        var length = rows.Sum(row => row.Blob.Length);
        if (buffer.Length < length) buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        for (int i = 0, at = 0; i < rows.Count; at += rows[i++].Blob.Length)
        {
            rows[i].Blob.CopyTo(buffer.AsMemory(at));
            blobs[i] = buffer.AsMemory(at, rows[i].Blob.Length);
        }
        messages.Clear();
        messages.AddRange(quarantined);
    }

    private bool IsRepeated(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined) =>
        rows.Select(row => row.Partition).SequenceEqual(partitions) && rows.Zip(blobs).All(pair => pair.First.Blob.Span.SequenceEqual(pair.Second.Span))
        && quarantined.SequenceEqual(messages);

    /// <summary>The server refused and rolled back; anything else leaves open whether the commit was done.</summary>
    private static bool IsAnswer(NpgsqlException error) => error is PostgresException { InvariantSeverity: "ERROR" } && !PostgresFailure.IsLost(error);

    private void Disconnect()
    {
        connection?.Dispose();
        connection = null;
    }
}
