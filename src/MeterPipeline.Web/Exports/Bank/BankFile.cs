using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Web.Exports.Bank;

/// <summary>Why a bank is not told of a payment.</summary>
public enum BankFault : byte
{
    /// <summary>Who is to be paid waits; the detail names reasons of holds, parted by blanks.</summary>
    Waits,
    NoPayee,
    NoAccount,
    NoAccountName,

    /// <summary>A field, the detail, holds what parts fields or lines.</summary>
    Parted,

    /// <summary>A field is longer than the layout lets it be; the detail is the field and its bytes, parted by a blank.</summary>
    TooLong,

    /// <summary>A field, the detail, has a character that the file's encoding cannot write.</summary>
    Unwritable,
}

/// <summary>A payment that the file does not hold, and why.</summary>
public sealed record BankProblem(string HouseholdId, decimal Yuan, BankFault Fault, string Detail);

/// <param name="Yuan">Of the payments written.</param>
/// <param name="Problems">Payments left out, in the run's order.</param>
public sealed record BankResult(int Payments, decimal Yuan, IReadOnlyList<BankProblem> Problems);

/// <summary>The file by which a bank pays a run 发放: one line for each household with something to be paid and somebody to pay.</summary>
public static class BankFile
{
    private const int FenPerYuan = 100;

    /// <summary>Writes the file. The lines are read twice: a header names count and total before the payments.</summary>
    /// <exception cref="ArgumentException">The run is provisional: nobody is paid by it.</exception>
    /// <exception cref="InvalidDataException">There are more payments than the layout can number.</exception>
    public static BankResult Write(RunExport export, BankLayout layout, Stream into)
    {
        if (export.Provisional) throw new ArgumentException("A provisional run has no payments.");
        string Named(string text) => text.Replace("{season}", HeatingSeason.NameOf(export.Run.Autumn), StringComparison.Ordinal)
            .Replace("{run}", export.Run.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        layout = layout with { Fields = [.. layout.Fields.Select(field => field with { Text = Named(field.Text) })] };
        var problems = new List<BankProblem>();
        var (count, total) = (0, 0m);
        foreach (var line in export.Lines.Where(line => line.Payable > 0))
        {
            if (ProblemOf(export, line, layout) is var (fault, detail)) problems.Add(new BankProblem(line.Household.Id, line.Payable, fault, detail));
            else (count, total) = (count + 1, total + line.Payable);
        }
        void Line(string text) => into.Write(layout.Encoding.GetBytes(text + layout.LineEnd));
        void Edge(string? text)
        {
            if (text is not null)
                Line(Named(text).Replace("{count}", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{total}", Amount(total, layout), StringComparison.Ordinal));
        }
        Edge(layout.Header);
        var number = 0;
        foreach (var line in export.Lines.Where(line => line.Payable > 0 && ProblemOf(export, line, layout) is null)) Line(Payment(line, ++number, layout));
        Edge(layout.Footer);
        return new BankResult(count, total, problems);
    }

    private static string Payment(SettlementLine line, int number, BankLayout layout) =>
        string.Join(layout.Separator, layout.Fields.Select(field => Padded(TextOf(field, line, number, layout), field, layout)
            ?? throw new InvalidDataException($"Bank layout '{layout.Id}': field {field.Value} is too narrow for payment {number}. Make it wider.")));

    /// <summary>Why a bank is not told of the payment, or cannot read it as meant; null: nothing in the way.</summary>
    private static (BankFault Fault, string Detail)? ProblemOf(RunExport export, SettlementLine line, BankLayout layout)
    {
        if (export.Waiting.TryGetValue(line.Household.Id, out var holds)) return (BankFault.Waits, string.Join(' ', holds));
        if (PayeeFault(line) is { } missing) return (missing, "");
        foreach (var field in layout.Fields)
        {
            var text = TextOf(field, line, 0, layout);
            if (text.AsSpan().IndexOfAny('\r', '\n') >= 0 || (layout.Separator.Length > 0 && text.Contains(layout.Separator, StringComparison.Ordinal)))
                return (BankFault.Parted, $"{field.Value}");
            try
            {
                if (Padded(text, field, layout) is null) return (BankFault.TooLong, $"{field.Value} {field.Width}");
            }
            catch (System.Text.EncoderFallbackException)
            {
                return (BankFault.Unwritable, $"{field.Value}");
            }
        }
        return null;
    }

    /// <summary>Why a bank cannot pay the line, whatever its layout; null: it can.</summary>
    internal static BankFault? PayeeFault(SettlementLine line) => line.Payee switch
    {
        null => BankFault.NoPayee,
        { BankAccount.Length: 0 } => BankFault.NoAccount,
        { AccountName.Length: 0 } => BankFault.NoAccountName,
        _ => null,
    };

    private static string TextOf(BankField field, SettlementLine line, int number, BankLayout layout) => field.Value switch
    {
        BankValue.Number => number.ToString(CultureInfo.InvariantCulture),
        BankValue.BankAccount => line.Payee!.BankAccount,
        BankValue.AccountName => line.Payee!.AccountName,
        BankValue.Bank => line.Payee!.Bank,
        BankValue.Amount => Amount(line.Payable, layout),
        BankValue.IdNumber => line.Payee!.IdNumber,
        BankValue.Phone => line.Payee!.Phone,
        BankValue.HouseholdId => line.Household.Id,
        BankValue.Account => line.Account,
        _ => field.Text,
    };

    private static string Amount(decimal yuan, BankLayout layout) =>
        layout.InFen ? ((long)(yuan * FenPerYuan)).ToString(CultureInfo.InvariantCulture) : yuan.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>The text filled up to the field's width; null: it is longer.</summary>
    private static string? Padded(string text, BankField field, BankLayout layout)
    {
        var bytes = layout.Encoding.GetByteCount(text);
        if (field.Width == 0) return text;
        if (bytes > field.Width) return null;
        var fill = new string(field.Fill, field.Width - bytes);
        return field.Right ? fill + text : text + fill;
    }
}
