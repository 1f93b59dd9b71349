using System.Text;

namespace MeterPipeline.Web.Exports.Bank;

/// <summary>What a field of a payment says.</summary>
public enum BankValue : byte
{
    /// <summary>From 1, among the payments of the file.</summary>
    Number,
    BankAccount,
    AccountName,
    Bank,
    Amount,
    IdNumber,
    Phone,
    HouseholdId,
    Account,

    /// <summary>A text of the layout, the same in every payment; <c>{season}</c> and <c>{run}</c> are filled in.</summary>
    Literal,
}

/// <param name="Width">Bytes in the file's encoding, filled up; 0: as long as it is.</param>
/// <param name="Right">Filled up on the left.</param>
/// <param name="Fill">What it is filled up with.</param>
/// <param name="Text">Of a literal, else empty.</param>
public sealed record BankField(BankValue Value, int Width, bool Right, char Fill, string Text);

/// <summary>How a bank wants to be told whom to pay.</summary>
/// <param name="Id">Name of the layout.</param>
/// <param name="Encoding">UTF-8 or GB 18030; what it cannot write is an error.</param>
/// <param name="Separator">Between fields; empty with fields of fixed width.</param>
/// <param name="InFen">Whether amounts are whole fen, or yuan with two decimals.</param>
/// <param name="Header">First line, with <c>{count}</c>, <c>{total}</c>, <c>{season}</c>, <c>{run}</c>; null: none.</param>
/// <param name="Footer">Last line, the same.</param>
/// <param name="LineEnd">After every line.</param>
public sealed record BankLayout(
    string Id, Encoding Encoding, string Separator, bool InFen, string? Header, string? Footer, string LineEnd, IReadOnlyList<BankField> Fields)
{
    /// <summary>GB 18030 that refuses what it cannot write.</summary>
    public static Encoding Gb18030 { get; } =
        CodePagesEncodingProvider.Instance.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>UTF-8 without a byte order mark.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(false, throwOnInvalidBytes: true);
}
