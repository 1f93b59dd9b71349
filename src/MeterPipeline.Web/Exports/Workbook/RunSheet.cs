namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>One kind of list, filled by one pass over the lines. Not thread-safe; different lists may be filled at the same time.</summary>
internal abstract class RunSheet
{
    public abstract void Add(RunLine line);

    /// <summary>Sums and notes; called once, after all lines.</summary>
    public abstract void End();
}
