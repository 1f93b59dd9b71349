namespace MeterPipeline.Web.Pages;

/// <summary>What is said while the ledger is away, in one language.</summary>
internal sealed record AwayTexts(string Title, string Text)
{
    public static AwayTexts Chinese { get; } = new(
        "台账暂时连不上", "数据库暂时不可用。未确认的读数由发送端保留并重发，不会丢失；数据库恢复后系统自动继续。请稍后再试。");

    public static AwayTexts English { get; } = new(
        "The ledger is away",
        "The database cannot be reached at this moment. Readings that were not acknowledged stay with their publishers and come again, none is lost; "
        + "everything goes on by itself when it is back. Try again soon.");

    public static AwayTexts For(Texts texts) => texts == Texts.English ? English : Chinese;
}
