using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Ledger.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace MeterPipeline.Ledger.Move;

/// <summary>One table of SQLite and its columns, with the types that PostgreSQL has for them.</summary>
internal sealed class MovedTable
{
    private readonly string from;
    private readonly string to;
    private readonly string[] columns;
    private readonly string[] types;

    private MovedTable(string from, string to, string[] columns, string[] types) => (this.from, this.to, this.columns, this.types) = (from, to, columns, types);

    public string Name => to;

    private string ColumnList => string.Join(", ", columns.Select(column => $"\"{column}\""));

    /// <summary>Every table of a file, by what the file itself says: rows that PostgreSQL has no place for are an error, never left behind.</summary>
    /// <exception cref="LedgerException">PostgreSQL has no place for rows of the file.</exception>
    public static List<MovedTable> Of(Database file, Session target) =>
        [.. Names(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('pruned', 'quarantine_size') ORDER BY name")
            .Select(name => Of(file, name, target))];

    /// <summary>Copies every row.</summary>
    /// <returns>What was read.</returns>
    public RowDigest Copy(Database file, NpgsqlConnection target, Action<long> progress)
    {
        var digest = new RowDigest();
        var row = new object?[columns.Length];
        using var writer = target.BeginBinaryImport($"COPY {to} ({ColumnList}) FROM STDIN (FORMAT binary)");
        using var statement = file.Prepare($"SELECT {ColumnList} FROM {from}");
        while (statement.Step())
        {
            for (var i = 0; i < row.Length; i++) row[i] = Value(statement, i);
            WithChecksum(row);
            digest.Add(row);
            writer.StartRow();
            for (var i = 0; i < row.Length; i++) Write(writer, row[i], types[i]);
            if (digest.Rows % 1_000 == 0) progress(1_000);
        }
        writer.Complete();
        progress(digest.Rows % 1_000);
        return digest;
    }

    /// <summary>Reads every row back.</summary>
    public RowDigest Stored(NpgsqlConnection target)
    {
        var digest = new RowDigest();
        var row = new object?[columns.Length];
        using var command = new NpgsqlCommand($"SELECT {ColumnList} FROM {to}", target);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            for (var i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            digest.Add(row);
        }
        return digest;
    }

    private static MovedTable Of(Database file, string name, Session target)
    {
        var to = name == "user" ? "users" : name;
        var stored = target.Rows(
            "SELECT column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
            row => (Name: row.GetString(0), Type: row.GetString(1)), to).ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        // The number of a text in the audit is its order, which PostgreSQL's ids keep.
        var columns = Names(file, $"SELECT name FROM pragma_table_info('{name}')").Where(column => (name, column) != ("audit", "n")).ToArray();
        if (columns.FirstOrDefault(column => !stored.ContainsKey(column)) is { } missing)
            throw new LedgerException($"Cannot move the ledger: PostgreSQL has no {to}.{missing} for {file.File}. Use the program of the version that wrote it.");
        return new MovedTable(name, to, columns, [.. columns.Select(column => stored[column])]);
    }

    private static List<string> Names(Database file, string sql)
    {
        using var statement = file.Prepare(sql);
        var names = new List<string>();
        while (statement.Step()) names.Add(statement.Text(0));
        return names;
    }

    private object? Value(Statement row, int column) => row.IsNull(column) ? null : types[column] switch
    {
        "integer" => (object)row.Int32(column),
        "bigint" => row.Int64(column),
        "boolean" => row.Int64(column) != 0,
        "bytea" => row.Blob(column),
        _ => Session.Storable(row.Text(column)),
    };

    /// <summary>Rows written before there were checksums get theirs now.</summary>
    private void WithChecksum(object?[] row)
    {
        if (to is "meter_day" or "meter_year" && row[^1] is null) row[^1] = (long)Checksum.Of((int)row[0]!, (int)row[1]!, (int)row[2]!, (byte[])row[3]!);
    }

    private static void Write(NpgsqlBinaryImporter writer, object? value, string type)
    {
        switch (value)
        {
            case null: writer.WriteNull(); break;
            case int number: writer.Write(number, NpgsqlDbType.Integer); break;
            case long number: writer.Write(number, NpgsqlDbType.Bigint); break;
            case bool flag: writer.Write(flag, NpgsqlDbType.Boolean); break;
            case byte[] blob: writer.Write(blob, NpgsqlDbType.Bytea); break;
            case string text: writer.Write(text, NpgsqlDbType.Text); break;
            default: throw new LedgerException($"Cannot move the ledger: no way to write {type}.");
        }
    }
}
