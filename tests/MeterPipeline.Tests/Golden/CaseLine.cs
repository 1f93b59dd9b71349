using System.Globalization;
using MeterPipeline.Domain;

namespace MeterPipeline.Tests.Golden;

/// <summary>One statement of a case file, read word by word. Every complaint names file and line.</summary>
internal sealed class CaseLine(string file, int number, string text)
{
    private readonly string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    private int at;

    public string Place => $"{file}:{number}";

    public bool More => at < words.Length;

    public static IEnumerable<CaseLine> Read(string path)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var text = line.Split('#')[0];
            if (!string.IsNullOrWhiteSpace(text)) yield return new CaseLine(Path.GetFileName(path), number, text);
        }
    }

    public string Word(string what) => More ? words[at++] : throw Wrong($"{what} is missing");

    /// <summary>Whether the next word is this one; then it is taken.</summary>
    public bool Takes(string word)
    {
        if (!More || words[at] != word) return false;
        at++;
        return true;
    }

    public void Expect(string word)
    {
        if (!Takes(word)) throw Wrong($"'{word}' is missing{(More ? $" before '{words[at]}'" : "")}");
    }

    public decimal Number(string what)
    {
        var word = Word(what);
        return decimal.TryParse(word, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong($"'{word}' is no {what}");
    }

    /// <summary>A quantity or register in 0.0001.</summary>
    public long Register(string what) => Quantity.FromDecimal(Number(what));

    public LocalDay Day(string what) => DayOf(Word(what), what);

    /// <summary>A date (local 00:00), a local time, or a time with a zone.</summary>
    public long Instant(string what)
    {
        var word = Word(what);
        if (LocalTime.TryParse(word, out var instant) || LocalTime.TryParse(word + "+08:00", out instant) || LocalTime.TryParse(word + ":00+08:00", out instant)) return instant;
        throw Wrong($"'{word}' is no {what}");
    }

    /// <summary><c>2025-12-01..2026-01-01</c>; the end may be left out.</summary>
    public (LocalDay From, LocalDay? Until) Range(string what)
    {
        var parts = Word(what).Split("..");
        if (parts.Length != 2) throw Wrong($"{what} is not written FROM..UNTIL");
        return (DayOf(parts[0], what), parts[1].Length == 0 ? null : DayOf(parts[1], what));
    }

    /// <summary>An enumeration value, written as in registry files: <c>coal-to-gas</c>.</summary>
    public T Of<T>(string what) where T : struct, Enum
    {
        var word = Word(what);
        foreach (var value in Enum.GetValues<T>())
            if (string.Equals(value.ToString(), word.Replace("-", ""), StringComparison.OrdinalIgnoreCase)) return value;
        throw Wrong($"'{word}' is no {what}");
    }

    public int Season()
    {
        var word = Word("season");
        return HeatingSeason.TryParseName(word, out var autumn) ? autumn : throw Wrong($"'{word}' is no season");
    }

    public InvalidOperationException Wrong(string message) => new($"{Place}: {message}");

    private LocalDay DayOf(string word, string what) => LocalDay.TryParse(word, out var day) ? day : throw Wrong($"'{word}' is no {what}");
}
