using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Exports.Bank;

/// <summary>Why a payment is not in a bank's file, in the reader's language.</summary>
public static class BankTexts
{
    /// <summary>In English, as the command line says it.</summary>
    public static string Say(BankProblem problem) => Say(Texts.English, problem.Fault, problem.Detail);

    internal static string Say(Texts texts, BankFault fault, string detail)
    {
        var english = texts == Texts.English;
        var parts = detail.Split(' ');
        return fault switch
        {
            BankFault.Waits => (english ? "waits: " : "暂缓发放：") + string.Join(english ? "; " : "；", parts.Select(reason => Texts.Word(texts.HoldReasons, reason))),
            BankFault.NoPayee => english ? "nobody is registered to be paid" : "没有登记收款人",
            BankFault.NoAccount => english ? "the payee has no bank account" : "收款人没有银行账号",
            BankFault.NoAccountName => english ? "the payee's account has no name" : "收款人没有银行账户名称",
            BankFault.Parted => english ? $"{Field(texts, parts)} holds a separator or a line break" : $"{Field(texts, parts)}含有分隔符或换行",
            BankFault.TooLong => english ? $"{Field(texts, parts)} is longer than {parts[^1]} bytes" : $"{Field(texts, parts)}超过 {parts[^1]} 字节",
            _ => english ? $"{Field(texts, parts)} has a character that the file's encoding cannot write" : $"{Field(texts, parts)}有编码不能表示的字",
        };
    }

    private static string Field(Texts texts, string[] parts)
    {
        var (english, chinese) = Enum.Parse<BankValue>(parts[0]) switch
        {
            BankValue.Number => ("the number", "序号"),
            BankValue.BankAccount => ("the bank account", "银行账号"),
            BankValue.AccountName => ("the account's name", "银行账户名称"),
            BankValue.Bank => ("the bank", "开户银行"),
            BankValue.Amount => ("the amount", "金额"),
            BankValue.IdNumber => ("the identity number", "身份证号"),
            BankValue.Phone => ("the phone number", "联系电话"),
            BankValue.HouseholdId => ("the household's id", "户编号"),
            BankValue.Account => ("the account number with the utility", "户号"),
            _ => ("a text of the layout", "固定文字"),
        };
        return texts == Texts.English ? english : chinese;
    }
}
