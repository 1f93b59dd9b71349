using System.Text;
using MeterPipeline.Policies;
using MeterPipeline.Web.Exports.Bank;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Banks;

/// <summary>Reads a folder of bank layouts: how banks want to be told whom to pay. The keys are explained in the README of the shipped ones.</summary>
public static class BankLayoutFiles
{
    private const int FieldsMax = 64;
    private const int WidthMax = 512;

    private static readonly YamlFolder Kind = new("bank layout", "bank layouts", "with --bank-layouts DIR");

    private static readonly Dictionary<string, Encoding> Encodings = new() { ["utf-8"] = BankLayout.Utf8, ["gb18030"] = BankLayout.Gb18030 };

    private static readonly Dictionary<string, string> LineEnds = new() { ["crlf"] = "\r\n", ["lf"] = "\n" };

    private static readonly Dictionary<string, bool> Amounts = new() { ["fen"] = true, ["yuan"] = false };

    private static readonly Dictionary<string, bool> Aligned = new() { ["right"] = true, ["left"] = false };

    private static readonly Dictionary<string, BankValue> Values = new()
    {
        ["number"] = BankValue.Number,
        ["bank-account"] = BankValue.BankAccount,
        ["account-name"] = BankValue.AccountName,
        ["bank"] = BankValue.Bank,
        ["amount"] = BankValue.Amount,
        ["id-number"] = BankValue.IdNumber,
        ["phone"] = BankValue.Phone,
        ["household-id"] = BankValue.HouseholdId,
        ["account"] = BankValue.Account,
        ["text"] = BankValue.Literal,
    };

    /// <summary>Folder of the layouts that come with the program.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "bank-layouts");

    /// <exception cref="PolicyException">The folder is missing or empty, or a file is wrong: every problem of every file.</exception>
    public static IReadOnlyList<BankLayout> Load(string folder)
    {
        var problems = new List<PolicyProblem>();
        var found = new List<BankLayout>();
        foreach (var (file, root) in Kind.Read(folder, problems))
        {
            if (Read(file, root, problems) is not { } layout) continue;
            if (found.Any(other => other.Id == layout.Id)) problems.Add(new PolicyProblem(file, root.Start.Line, root.Start.Column, $"Bank layout '{layout.Id}' stands in another file too", "Give it another id."));
            found.Add(layout);
        }
        return problems.Count == 0 ? found : throw new PolicyException(problems);
    }

    private static BankLayout? Read(string file, YamlNode root, List<PolicyProblem> problems)
    {
        var before = problems.Count;
        var section = new Section(file, root, problems, "id", "encoding", "separator", "line-end", "amount", "header", "footer", "fields");
        if (root is not YamlMappingNode) return null;
        var (id, encoding) = (section.Text("id", true), Word(section, "encoding", Encodings));
        var (lineEnd, fen) = (Word(section, "line-end", LineEnds), section.Word("amount", true, Amounts));
        var separator = section.Node("separator", false) is YamlScalarNode { Value: { } text } ? text : "";
        var (header, footer) = (section.Text("header", false), section.Text("footer", false));
        var fields = Fields(section, separator.Length == 0);
        return problems.Count > before ? null : new BankLayout(id!, encoding!, separator, fen!.Value, header, footer, lineEnd!, fields);
    }

    private static List<BankField> Fields(Section section, bool fixedWidth)
    {
        if (section.Node("fields", true) is YamlSequenceNode { Children.Count: 0 or > FieldsMax }) section.Report("fields", $"'fields' has none, or more than {FieldsMax}", "Write one for each field of a payment.");
        var fields = new List<BankField>();
        foreach (var item in section.Children("fields", false, "value", "width", "align", "fill", "text"))
        {
            var (value, width) = (item.Word("value", true, Values), (int)(item.Number("width", fixedWidth, 0, WidthMax) ?? 0));
            var right = item.Word("align", false, Aligned) ?? false;
            var fill = item.Node("fill", false) is YamlScalarNode { Value: { } written } ? written : " ";
            if (fill.Length != 1 || fill[0] is < ' ' or > '~') item.Report("fill", $"'{fill}' is not one ASCII character", "Write a space or a zero in quotes.");
            var text = item.Text("text", value == BankValue.Literal);
            if (text is not null && value is not null and not BankValue.Literal) item.Report("text", "Only value: text takes a text", "Remove it.");
            if (value is { } known) fields.Add(new BankField(known, width, right, fill.Length == 1 ? fill[0] : ' ', text ?? ""));
        }
        return fields;
    }

    /// <summary>As <see cref="Section.Word"/>, for words that stand for objects.</summary>
    private static T? Word<T>(Section section, string key, Dictionary<string, T> words) where T : class
    {
        if (section.Text(key, true) is not { } text) return null;
        if (words.TryGetValue(text, out var value)) return value;
        section.Report(key, $"'{text}' is not a value of '{key}'", Section.Meant(text, words.Keys));
        return null;
    }
}
