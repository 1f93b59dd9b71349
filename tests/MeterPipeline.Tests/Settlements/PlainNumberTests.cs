using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Numbers lose their trailing zeros as a division would take them: what is frozen depends on it to the byte.</summary>
public sealed class PlainNumberTests
{
    private static readonly decimal[] _edges = [0m, 0.00m, -0.10m, 1.000m, 1.2300m, 120m, 18446744073709551615m, 1844674407370955161.50m, 79228162514264337593543950.3350m, 0.0000000000000000000000000010m];

    [Fact]
    public void A_quantity_is_what_a_division_gives()
    {
        var dice = new Random(20261121);
        foreach (var quantity in (long[])[0, 1, -1, 10, 12_300, -12_345, 10_000, 120_000, Quantity.Max, -Quantity.Max, .. Enumerable.Range(0, 5_000).Select(_ => Any(dice))])
            Assert.Equal(decimal.GetBits(new decimal(quantity) / Quantity.PerUnit), decimal.GetBits(Quantity.ToDecimal(quantity)));
    }

    [Fact]
    public void An_amount_is_written_as_a_division_leaves_it()
    {
        var dice = new Random(20261121);
        foreach (var amount in (decimal[])[.. _edges, .. Enumerable.Range(0, 5_000).Select(_ => new decimal(dice.Next(), dice.Next(dice.Next(1, 1 << 20)), 0, dice.Next(2) == 0, (byte)dice.Next(12)) * 1.000m)])
        {
            var text = CanonicalForm.Of(SettledAmount.Nothing with { Operating = amount });
            var plain = (amount / 1.0000000000000000000000000000m).ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.StartsWith($"{{\"operating\":{plain},", text, StringComparison.Ordinal);
        }
    }

    private static long Any(Random dice) => dice.NextInt64(-Quantity.Max, Quantity.Max) / (long)Math.Pow(10, dice.Next(16));
}
