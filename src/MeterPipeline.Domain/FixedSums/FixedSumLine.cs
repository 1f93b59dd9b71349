namespace MeterPipeline.Domain.FixedSums;

/// <summary>What a line counts: households, or yuan per year.</summary>
public enum FixedSumFigure : byte
{
    /// <summary>Settled households of one season.</summary>
    Settled,

    /// <summary>Their weighted average, with its fraction.</summary>
    Average,

    /// <summary>The households that the standards multiply.</summary>
    Households,

    /// <summary>Households of some routes that follow from published money.</summary>
    Implied,

    Maintenance,
    Insurance,
    Total,
}

/// <summary>What comparing found.</summary>
public enum Finding : byte
{
    /// <summary>Nothing is published to compare with.</summary>
    Unpublished,
    Equal,

    /// <summary>No more apart than rounding of the printed figures can be.</summary>
    Rounding,

    /// <summary>No more apart than dropped fractions of households can be.</summary>
    Truncation,

    /// <summary>The rule and the figures supplied do not give the published one.</summary>
    Different,

    /// <summary>No figures whatever give the published one.</summary>
    Impossible,
}

/// <summary>One figure of the rule beside the published one.</summary>
/// <param name="Unit">Whom it is about.</param>
/// <param name="Routes">Of which routes; empty: all together.</param>
/// <param name="Computed">Households or yuan.</param>
/// <param name="Published">Null: the document prints none.</param>
/// <param name="Why">What the computed figure is, and what explains the difference.</param>
public sealed record FixedSumLine(
    ReportingUnit Unit, RouteSet Routes, FixedSumFigure Figure, decimal Computed, decimal? Published, Finding Finding, string Why)
{
    /// <summary>Published less computed.</summary>
    public decimal? Difference => Published - Computed;

    /// <summary>Whether rounding and truncation leave the difference unexplained.</summary>
    public bool IsUnexplained => Finding is Finding.Different or Finding.Impossible;

    /// <summary>A sum that must hold to <paramref name="slack"/>, what rounding can move.</summary>
    internal static FixedSumLine Compare(ReportingUnit unit, FixedSumFigure figure, decimal computed, decimal published, decimal slack, string why) =>
        new(unit, default, figure, computed, published,
            computed == published ? Finding.Equal : Math.Abs(published - computed) <= slack ? Finding.Rounding : Finding.Different, why);

    internal static FixedSumFigure FigureOf(FixedSumComponent component) =>
        component == FixedSumComponent.Maintenance ? FixedSumFigure.Maintenance : FixedSumFigure.Insurance;
}
