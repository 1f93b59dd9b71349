namespace MeterPipeline.Ledger.Postgres;

/// <summary>A column of a table and where its values come from. Values go to the server as one array per statement.</summary>
/// <param name="Type">PostgreSQL's name.</param>
/// <param name="Values">An array of the values of rows [from, from + count).</param>
internal sealed record Column<T>(string Name, string Type, bool IsKey, Func<IReadOnlyList<T>, int, int, Array> Values)
{
    /// <summary>Written with a new row, left as it is where the row is there.</summary>
    public bool StaysAsItWas { get; init; }
}

/// <summary>Makes columns by the type of their values.</summary>
internal sealed class Columns<T>
{
    public Column<T> Int(string name, Func<T, int> value, bool key = false) => Of(name, "integer", value, key);

    public Column<T> OptionalInt(string name, Func<T, int?> value) => Of(name, "integer", value);

    public Column<T> Long(string name, Func<T, long> value, bool key = false) => Of(name, "bigint", value, key);

    public Column<T> OptionalLong(string name, Func<T, long?> value) => Of(name, "bigint", value);

    public Column<T> Bool(string name, Func<T, bool> value) => Of(name, "boolean", value);

    public Column<T> Bytes(string name, Func<T, byte[]> value) => Of(name, "bytea", value);

    public Column<T> Text(string name, Func<T, string?> value, bool key = false) =>
        Of(name, "text", row => value(row) is { } text ? Session.Storable(text) : null, key);

    private static Column<T> Of<TValue>(string name, string type, Func<T, TValue> value, bool key = false) => new(name, type, key, (rows, from, count) =>
    {
        var values = new TValue[count];
        for (var i = 0; i < count; i++) values[i] = value(rows[from + i]);
        return values;
    });
}

/// <summary>How rows of one kind are written: inserted, or in place of the row of their key. No two rows of a call may have one key.</summary>
internal sealed class Table<T>
{
    private readonly Column<T>[] columns;

    public Table(string name, Func<Columns<T>, Column<T>[]> describe)
    {
        columns = describe(new Columns<T>());
        var keys = columns.Where(column => column.IsKey).Select(column => column.Name).ToList();
        var others = columns.Where(column => !column.IsKey && !column.StaysAsItWas).Select(column => $"{column.Name} = EXCLUDED.{column.Name}").ToList();
        var names = string.Join(", ", columns.Select(column => column.Name));
        var arrays = string.Join(", ", columns.Select((column, i) => $"${i + 1}::{column.Type}[]"));
        // Ordered, so that ids given by the server follow the order of the rows.
        Sql = $"INSERT INTO {name} ({names}) SELECT {names} FROM unnest({arrays}) WITH ORDINALITY AS r ({names}, n) ORDER BY n"
            + (keys.Count == 0 ? "" : $" ON CONFLICT ({string.Join(", ", keys)}) DO UPDATE SET {string.Join(", ", others)}");
    }

    public string Sql { get; }

    /// <summary>In chunks of <see cref="PostgresLimits.UpsertRows"/>.</summary>
    public void Write(Session session, IEnumerable<T> rows)
    {
        foreach (var chunk in rows.Chunk(PostgresLimits.UpsertRows)) session.Run(Sql, Values(chunk, 0, chunk.Length));
    }

    /// <summary>The parameters of <see cref="Sql"/>.</summary>
    public object[] Values(IReadOnlyList<T> rows, int from, int count) => [.. columns.Select(column => column.Values(rows, from, count))];
}
