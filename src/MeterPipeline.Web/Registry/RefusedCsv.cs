using System.Globalization;
using System.Text;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Exports;

namespace MeterPipeline.Web.Registry;

/// <summary>
/// Refused rows for whoever mends the file: UTF-8 with a byte order mark, as spreadsheets want it. Parts of the bad file stand in the reasons, so
/// a field that a spreadsheet would run as a formula is led by an apostrophe.
/// </summary>
internal sealed class RefusedCsv : IDisposable
{
    private readonly StreamWriter writer;
    private int lines;

    /// <param name="into">Emptied, left open.</param>
    public RefusedCsv(FileStream into)
    {
        into.SetLength(0);
        writer = new StreamWriter(into, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        writer.WriteLine("line,column,reason,remedy");
    }

    public void Add(RowProblem problem)
    {
        if (lines > RegistryImportOptions.RefusedMax) return;
        if (lines++ == RegistryImportOptions.RefusedMax)
        {
            writer.WriteLine(",,\"There are more; mend these first.\",");
            return;
        }
        var (reason, remedy) = Parts(problem.Reason);
        writer.WriteLine(string.Join(',', problem.Line.ToString(CultureInfo.InvariantCulture), Field(problem.Column), Field(reason), Field(remedy)));
    }

    /// <summary>What is wrong, and what to do about it: the part behind the last colon.</summary>
    public static (string Reason, string Remedy) Parts(string text)
    {
        var colon = text.LastIndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? (text, "") : (text[..colon], text[(colon + 2)..]);
    }

    public void Dispose() => writer.Dispose();

    private static string Field(string text) => AccrualCsv.Quoted(text.Length > 0 && "=+-@\t\r".Contains(text[0]) ? "'" + text : text);
}
