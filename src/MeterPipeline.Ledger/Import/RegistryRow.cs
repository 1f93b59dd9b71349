using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>
/// One data row, read by column name. Each reader trims, checks, and on failure notes a problem and returns its default, so that all
/// faults of a row are told at once; <see cref="Bad"/> says whether to take it.
/// </summary>
internal sealed class RegistryRow(Dictionary<string, int> columns)
{
    private string[] fields = [];

    public long Line { get; private set; }

    public List<RowProblem> Problems { get; } = [];

    public bool Bad => Problems.Count > 0;

    public void Set(string[] record, long line)
    {
        fields = record;
        Line = line;
        Problems.Clear();
    }

    /// <summary>Whether anything stands beyond the columns of the heading.</summary>
    public bool ExtraAfter(int headings) => fields.Skip(headings).Any(field => field.Trim().Length > 0);

    /// <summary>Whether the file or the row has nothing there.</summary>
    public bool IsEmpty(string column) => !columns.TryGetValue(column, out var index) || index >= fields.Length || fields[index].Trim().Length == 0;

    public bool Has(string column) => columns.ContainsKey(column);

    /// <summary>The trimmed field, empty where row or file lack it.</summary>
    public string Text(string column, int maxChars = ImportLimits.FieldChars)
    {
        if (!columns.TryGetValue(column, out var index) || index >= fields.Length) return "";
        var text = fields[index].Trim();
        if (text.Length > maxChars) Problem(column, $"has {text.Length} characters, at most {maxChars} are allowed: shorten it");
        foreach (var c in text)
        {
            // Unicode's bidi overrides make a printed list read differently from what is stored.
            if (!char.IsControl(c) && c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069')) continue;
            Problem(column, $"holds the control character U+{(int)c:X4}: remove it");
            break;
        }
        return text;
    }

    /// <summary>An identifier: not empty, no blanks, none of the characters that MQTT gives a meaning in topics.</summary>
    public string Id(string column)
    {
        var text = Text(column, ImportLimits.IdChars);
        if (text.Length == 0) Problem(column, "is empty: every row needs it");
        else if (LooksMangled(text))
            Problem(column, $"\"{text}\" was turned into a floating number by a spreadsheet: format the column as text and enter it again");
        else if (text.AsSpan().ContainsAny("/+#") || text.Any(char.IsWhiteSpace))
            Problem(column, $"\"{Columns.Shown(text)}\" holds a blank or one of / + #, which topics cannot carry: use letters, digits, - _ .");
        return text;
    }

    /// <summary>
    /// A division code in twelve digits. The short forms of the higher levels (province 2, city 4, county 6, township 9 digits) are filled
    /// with zeros; a household needs its village's full code.
    /// </summary>
    public string? DivisionCode(string column, bool required, bool shortForms = false)
    {
        var text = Text(column, ImportLimits.IdChars);
        if (text.Length == 0)
        {
            if (required) Problem(column, "is empty: give the 12-digit code");
            return null;
        }
        if (text.All(char.IsAsciiDigit) && (text.Length == 12 || (shortForms && text.Length is 2 or 4 or 6 or 9))) return text.PadRight(12, '0');
        Problem(column, $"\"{Columns.Shown(text)}\" is not a division code: 12 digits = 6 county + 3 township + 3 village, zeros for higher levels");
        return null;
    }

    public T Word<T>(string column, WordList<T> words, T? fallback = null) where T : struct, Enum
    {
        var text = Text(column);
        if (text.Length == 0)
        {
            if (fallback is { } value) return value;
            Problem(column, $"is empty: give one of {words.Choice}");
            return default;
        }
        if (words.TryParse(text, out var parsed)) return parsed;
        Problem(column, $"\"{Columns.Shown(text)}\" is not known: give one of {words.Choice}");
        return default;
    }

    public LocalDay? Day(string column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        if (LocalDay.TryParse(text, out var day) && Plausible(day)) return day;
        Problem(column, $"\"{Columns.Shown(text)}\" is not a day between 1970 and 2199 in the form 2025-11-15; leave it empty where there is none");
        return null;
    }

    public long? Instant(string column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        if (LocalTime.TryParse(text, out var ms) && Plausible(LocalDay.Of(ms))) return ms;
        Problem(column, $"\"{Columns.Shown(text)}\" is neither a day (2025-11-15) nor a time with its zone (2025-11-15T08:30:00+08:00) between 1970 and 2199");
        return null;
    }

    /// <summary>Not negative; rounded half-even to four decimals.</summary>
    public long? Quantity(string column)
    {
        if (Number(column) is not { } value) return null;
        if (value is >= 0 and < 1_000_000_000_000m && Domain.Quantity.FromDecimal(value) is var quantity) return quantity;
        Problem(column, $"{value} is out of range: 0 to twelve integer digits");
        return null;
    }

    public int? Whole(string column, int min, int max)
    {
        if (Number(column) is not { } value) return null;
        if (value >= min && value <= max && value == decimal.Truncate(value)) return (int)value;
        Problem(column, $"{value} is not a whole number from {min} to {max}");
        return null;
    }

    public decimal? Number(string column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var value)) return value;
        Problem(column, $"\"{Columns.Shown(text)}\" is not a number: digits and a point, no grouping, no unit");
        return null;
    }

    public void Problem(string column, string reason) => Problems.Add(new RowProblem(Line, column, reason));

    private static bool Plausible(LocalDay day) => day.Date.Year is >= 1970 and < 2200;

    /// <summary>1.40882E+12: what a spreadsheet makes of long digit strings.</summary>
    private static bool LooksMangled(string text) =>
        text.Contains("E+", StringComparison.OrdinalIgnoreCase) && text.Contains('.') && double.TryParse(text, CultureInfo.InvariantCulture, out _);
}
