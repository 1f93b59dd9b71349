namespace MeterPipeline.Domain.Settlements;

/// <summary>Citizen identification numbers 身份证号 of GB 11643-1999: 17 digits and a check character over them.</summary>
public static class IdNumber
{
    private const int Length = 18;
    private const string CheckCharacters = "10X98765432";
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>What is wrong with a number; null: nothing. Says nothing of the number itself.</summary>
    public static string? Fault(string text)
    {
        if (text.Length != Length || !text.AsSpan(0, Length - 1).ContainsOnlyDigits() || !(char.IsAsciiDigit(text[^1]) || text[^1] is 'X' or 'x'))
            return "is not 17 digits and a check character; format the column as text so that a spreadsheet keeps it";
        if (!DateOnly.TryParseExact(text.AsSpan(6, 8), "yyyyMMdd", out _)) return "holds no day of birth in digits 7 to 14: compare it with the document";
        var sum = 0;
        for (var i = 0; i < Weights.Length; i++) sum += (text[i] - '0') * Weights[i];
        return CheckCharacters[sum % CheckCharacters.Length] == char.ToUpperInvariant(text[^1]) ? null
            : "has a check character that does not fit its digits (GB 11643): compare it with the document";
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
