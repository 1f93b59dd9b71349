using System.Collections.ObjectModel;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>A run with everything that its lists say. The same content gives the same bytes.</summary>
/// <param name="Run">Id 0: made in memory from the present state; then its totals are not known before the lines are read.</param>
/// <param name="Lines">Ordered by division, then household id; streamed, never kept. Lists read them once, a bank file twice.</param>
/// <param name="Steps">Oldest first.</param>
/// <param name="Disbursements">Money of the season that came back or waited before the run was drafted.</param>
public sealed record RunExport(
    SettlementRun Run, IEnumerable<SettlementLine> Lines, IReadOnlyList<RunStep> Steps, IReadOnlyList<Disbursement> Disbursements, ExportNotes Notes)
{
    /// <summary>暂估: nobody may be paid by it.</summary>
    public bool Provisional => !Stored || Run.Provisional;

    /// <summary>Households that a bank is not told to pay now, and why; a list says nothing of them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Waiting { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    internal bool Stored => Run.Id > 0;

    internal string Season => HeatingSeason.NameOf(Run.Autumn);

    /// <summary>Lists as they are laid out since <see cref="RunImprint.NewestLayout"/>; a run that was frozen before keeps its bytes.</summary>
    internal bool NewLayout => !Stored || Run.Imprint?.Layout >= RunImprint.NewestLayout;

    /// <summary>How lists name the run.</summary>
    internal string Label => (Stored ? $"第 {Run.Id} 批" : "") + (Provisional ? RunTexts.Provisional : "");

    /// <summary>The place settled; empty: everything.</summary>
    internal string Place => Run.Division.Length == 0 ? "" : Notes.NameOf(Run.Division);

    internal SheetHead Head<T>(int order, string name, string title, IEnumerable<Column<T>> columns) =>
        new(order, name, $"{(Provisional ? $"【{RunTexts.Provisional}】" : "")}{Place}{Season}采暖季{title}",
            $"批次：{Label}　采暖季：{Season}　区划：{(Run.Division.Length == 0 ? "全部" : $"{Place}（{Run.Division}）")}　金额单位：元"
            + (Stored ? Provisional ? "　暂估批次，不得据此发放" : "" : "　按当前数据暂估，不得据此发放"), Table<T>.Heads(columns));
}

/// <summary>What lists say beside the run.</summary>
/// <param name="NameOf">Name of the division with a code prefix, as the registry had it for the run.</param>
/// <param name="SupervisionPhone">监督电话; empty: left open for writing.</param>
/// <param name="Basis">政策依据, documents in order; empty: the policies are named by id and version.</param>
public sealed record ExportNotes(Func<string, string> NameOf, string SupervisionPhone, IReadOnlyList<string> Basis);

/// <summary>A line with what several sheets ask of it, reckoned once.</summary>
/// <param name="Number">From 1, in the run's order.</param>
internal sealed record RunLine(int Number, SettlementLine Line)
{
    public SettledAmount Due { get; } = Line.Due;

    public SettledHousehold Household => Line.Household;

    public SettledUse Use => Line.Use;

    public SettledReckoning Reckoning => Line.Reckoning;

    public AdjustmentKind Adjustment { get; } = Line.Adjustment;

    public decimal Payable { get; } = Line.Payable;

    /// <summary>调整金额: what corrects earlier runs.</summary>
    public decimal Adjusted => Adjustment == AdjustmentKind.None ? 0 : Due.Total;

    /// <summary>What the line would be due were it not held.</summary>
    public decimal Waiting => Line.Held ? Line.Accrued.Total - Line.Before.Total : 0;

    /// <summary>Advanced or given beyond what is due: set off later, or given back.</summary>
    public decimal Owed => Line.Held ? 0 : Math.Max(0, Line.Advanced - Due.Total);

    public string PolicyText => Reckoning.Policy.Length == 0 ? "" : $"{Reckoning.Policy} v{Reckoning.Version}";
}
