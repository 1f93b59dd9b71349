using System.Collections.Concurrent;
using System.Text;
using SQLitePCL;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as SQLite has it.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    /// <summary>Codes, ids and short notes; longer texts seldom repeat.</summary>
    private const int SharedBytesMax = 128;

    public Statement Bind(int index, long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value)
    {
        database.Check(value is { } number ? raw.sqlite3_bind_int64(handle, index, number) : raw.sqlite3_bind_null(handle, index));
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        database.Check(value is null ? raw.sqlite3_bind_null(handle, index) : raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    /// <summary>SQLite copies the bytes; an empty span is an empty blob, not null.</summary>
    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        database.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    /// <returns>Whether there is a row to read.</returns>
    /// <exception cref="LedgerException">SQLite refused; the statement is reset.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        try
        {
            database.Check(code);
        }
        finally
        {
            Reset();
        }
        return false;
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    public void Reset() => raw.sqlite3_reset(handle);

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public int Int32(int column) => checked((int)Int64(column));

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    /// <summary>A text that many rows have: one object for all of them.</summary>
    /// <param name="known">Every such text so far.</param>
    public string Text(int column, ConcurrentDictionary<string, string> known)
    {
        var bytes = raw.sqlite3_column_blob(handle, column);
        if (bytes.Length > SharedBytesMax) return Encoding.UTF8.GetString(bytes);
        Span<char> room = stackalloc char[SharedBytesMax];
        var text = room[..Encoding.UTF8.GetChars(bytes, room)];
        if (known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var one)) return one;
        var added = text.ToString();
        return known.GetOrAdd(added, added);
    }

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    public void Dispose() => handle.Dispose();
}
