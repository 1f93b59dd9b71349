using System.Globalization;
using System.Text;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>
/// Refused rows for whoever mends the file: UTF-8 with a byte order mark, as spreadsheets want it. Parts of the bad file stand in the reasons, so
/// a field that a spreadsheet would run as a formula is led by an apostrophe.
/// </summary>
internal sealed class RefusedCsv : IDisposable
{
    private readonly Texts texts;
    private readonly RegistryFile file;
    private readonly StreamWriter writer;
    private int lines;

    /// <param name="into">Emptied, left open.</param>
    /// <param name="texts">The language of whoever will mend the file.</param>
    public RefusedCsv(FileStream into, RegistryFile file, Texts texts)
    {
        (this.texts, this.file) = (texts, file);
        into.SetLength(0);
        writer = new StreamWriter(into, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        var words = ImportTexts.For(texts);
        writer.WriteLine(string.Join(',', words.Line, words.Column, texts.Reason, words.Remedy));
    }

    public void Add(RowProblem problem)
    {
        if (lines > RegistryImportOptions.RefusedMax) return;
        if (lines++ == RegistryImportOptions.RefusedMax)
        {
            writer.WriteLine(",,…,");
            return;
        }
        var (reason, remedy) = RefusalWords.Parts(texts, problem.Reason);
        var column = RefusalWords.Column(texts, file, problem.Column);
        writer.WriteLine(string.Join(',', problem.Line.ToString(CultureInfo.InvariantCulture), Field(column), Field(reason), Field(remedy)));
    }

    public void Dispose() => writer.Dispose();

    private static string Field(string text) => AccrualCsv.Quoted(text.Length > 0 && "=+-@\t\r".Contains(text[0]) ? "'" + text : text);
}
