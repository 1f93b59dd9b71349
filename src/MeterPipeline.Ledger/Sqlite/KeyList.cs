using System.Text.Json;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// Keys as a parameter for SQLite's <c>json_each</c>: a question about a thousand of them is one statement that runs once, which takes half as long as a
/// thousand that run one after the other. Answers come in no order of the keys.
/// </summary>
internal static class KeyList
{
    public static string Of(ReadOnlySpan<int> numbers) => $"[{string.Join(',', numbers.ToArray())}]";

    public static string Of(IEnumerable<string> keys) => $"[{string.Join(',', keys.Select(key => $"\"{JsonEncodedText.Encode(key)}\""))}]";
}
