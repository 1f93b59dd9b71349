using System.Text;
using System.Text.RegularExpressions;

namespace MeterPipeline.Tests.House;

/// <summary>Just enough of C# to measure members and find type names.</summary>
internal static partial class SourceText
{
    /// <summary>The source with comments, strings and characters blanked; lines stay where they are.</summary>
    public static string WithoutText(string source)
    {
        var result = new StringBuilder(source);
        for (var i = 0; i < source.Length;)
        {
            var end = EndOfText(source, i);
            for (var k = i; k < end; k++)
                if (source[k] != '\n') result[k] = ' ';
            i = Math.Max(end, i + 1);
        }
        return result.ToString();
    }

    /// <summary>Members (methods, constructors, properties) with their length in lines, from the first line of the header.</summary>
    public static IEnumerable<(string Header, int Line, int Lines)> Members(string source)
    {
        var text = WithoutText(source);
        var open = new Stack<(bool IsScope, string Header, int Line)>();
        var (headerStart, line) = (0, 1);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n') line++;
            if (text[i] == ';') headerStart = i + 1;
            if (text[i] == '{')
            {
                var header = text[headerStart..i];
                var first = line - header.TrimStart().Count(c => c == '\n');
                open.Push((ScopeHeader().IsMatch(header), header.Trim(), first));
                headerStart = i + 1;
            }
            if (text[i] != '}' || open.Count == 0) continue;
            headerStart = i + 1;
            var block = open.Pop();
            if (!block.IsScope && (open.Count == 0 || open.Peek().IsScope)) yield return (OneLine(block.Header), block.Line, line - block.Line + 1);
        }
    }

    public static IEnumerable<string> TypeNames(string source) => TypeName().Matches(WithoutText(source)).Select(m => m.Groups[1].Value);

    private static string OneLine(string header) => string.Join(' ', header.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The position after the comment or literal that begins here; the same position where none does.</summary>
    private static int EndOfText(string s, int i)
    {
        if (s.AsSpan(i).StartsWith("//")) return IndexOrEnd(s, "\n", i, 0);
        if (s.AsSpan(i).StartsWith("/*")) return IndexOrEnd(s, "*/", i + 2, 2);
        if (s[i] == '\'') return EndOfCharacter(s, i);
        var quote = i;
        while (quote < s.Length && s[quote] is '$' or '@') quote++;
        if (quote >= s.Length || s[quote] != '"') return i;
        var quotes = 0;
        while (quote + quotes < s.Length && s[quote + quotes] == '"') quotes++;
        if (quotes >= 3) return IndexOrEnd(s, new string('"', quotes), quote + quotes, quotes);
        return EndOfString(s, quote + 1, s.AsSpan(i, quote - i).Contains('@'), s.AsSpan(i, quote - i).Contains('$'));
    }

    private static int EndOfCharacter(string s, int i)
    {
        for (var k = i + 1; k < s.Length && s[k] != '\n'; k++)
        {
            if (s[k] == '\\') k++;
            else if (s[k] == '\'') return k + 1;
        }
        return i + 1;
    }

    private static int EndOfString(string s, int i, bool verbatim, bool interpolated)
    {
        while (i < s.Length)
        {
            if (verbatim && s.AsSpan(i).StartsWith("\"\"")) i += 2;
            else if (!verbatim && s[i] == '\\') i += 2;
            else if (s[i] == '"') return i + 1;
            else if (interpolated && s.AsSpan(i).StartsWith("{{")) i += 2;
            else if (interpolated && s[i] == '{') i = EndOfHole(s, i + 1);
            else i++;
        }
        return s.Length;
    }

    private static int EndOfHole(string s, int i)
    {
        for (var depth = 1; i < s.Length; i++)
        {
            var end = EndOfText(s, i);
            if (end > i) { i = end - 1; continue; }
            if (s[i] == '{') depth++;
            else if (s[i] == '}' && --depth == 0) return i + 1;
        }
        return s.Length;
    }

    private static int IndexOrEnd(string s, string what, int from, int length) =>
        s.IndexOf(what, from, StringComparison.Ordinal) is >= 0 and var at ? at + length : s.Length;

    [GeneratedRegex(@"\b(class|struct|interface|record|enum|namespace)\s+(?!\()[\w.]+", RegexOptions.Singleline)]
    private static partial Regex ScopeHeader();

    [GeneratedRegex(@"\b(?:class|struct|interface|record|enum)\s+(?!class\b|struct\b)([A-Z]\w*)")]
    private static partial Regex TypeName();
}
