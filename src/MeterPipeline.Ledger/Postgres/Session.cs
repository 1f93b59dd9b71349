using System.Data;
using System.Text;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>One connection while it is borrowed. Statements with parameters are prepared, once per connection: their texts are constants.</summary>
internal sealed class Session(NpgsqlConnection connection)
{
    /// <exception cref="NpgsqlException">It was lost meanwhile, and Npgsql would speak of a mistake in the program.</exception>
    public NpgsqlConnection Connection => connection.State == ConnectionState.Open
        ? connection
        : throw new NpgsqlException("The connection to the server was lost");

    /// <summary>Set by a transaction's body that wants nothing of it kept.</summary>
    public bool Discarded { get; private set; }

    public void Discard() => Discarded = true;

    /// <returns>Rows touched.</returns>
    public int Run(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    public List<T> Rows<T>(string sql, Func<NpgsqlDataReader, T> read, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read()) rows.Add(read(row));
        return rows;
    }

    /// <summary>First column of the first row, 0 when there is none or it is null.</summary>
    public long Scalar(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        using var row = command.ExecuteReader();
        var value = row.Read() && !row.IsDBNull(0) ? row.GetInt64(0) : 0;
        while (row.NextResult()) continue;
        return value;
    }

    /// <summary>First column of the first row as text; empty when there is none.</summary>
    public string Text(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteScalar() as string ?? "";
    }

    /// <summary>
    /// What PostgreSQL can keep of a text: everything but U+0000 and halves of surrogate pairs, which become U+FFFD. A device's nonsense must
    /// never keep a batch from being stored.
    /// </summary>
    public static string Storable(string text)
    {
        if (!text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    private NpgsqlCommand Command(string sql, ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, Connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value is string text ? Storable(text) : value });
        if (!values.IsEmpty) command.Prepare();
        return command;
    }
}
