using MeterPipeline.Domain.Holds;

namespace MeterPipeline.Web.Boards;

/// <summary>Orders of the work list.</summary>
internal enum HoldOrder : byte { Age, Division, Reason, Amount }

internal static class HoldLists
{
    /// <summary>Holds of a division, ordered; among equals by place and household.</summary>
    /// <param name="reason">Null: every reason.</param>
    public static IReadOnlyList<HoldLine> Of(UseBoard board, string prefix, string? reason, HoldOrder order)
    {
        var lines = board.Holds.Where(line => line.Household.Division.StartsWith(prefix, StringComparison.Ordinal) && (reason is null || line.Hold.Reason.Name == reason));
        return order switch
        {
            HoldOrder.Age => [.. lines.OrderBy(line => line.Since)],
            HoldOrder.Reason => [.. lines.OrderBy(line => Position(line.Hold.Reason))],
            HoldOrder.Amount => [.. lines.OrderByDescending(line => line.TotalYuan)],
            _ => [.. lines],
        };
    }

    /// <summary>How many of each reason, in the order in which the program knows them.</summary>
    public static IReadOnlyList<(HoldReason Reason, int Count)> Reasons(UseBoard board, string prefix) =>
        [.. Of(board, prefix, null, HoldOrder.Reason).GroupBy(line => line.Hold.Reason.Name).Select(group => (group.First().Hold.Reason, group.Count()))];

    private static int Position(HoldReason reason)
    {
        for (var i = 0; i < HoldReason.All.Count; i++)
            if (HoldReason.All[i].Name == reason.Name) return i;
        return HoldReason.All.Count;
    }
}
