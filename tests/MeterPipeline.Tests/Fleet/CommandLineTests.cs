using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

public sealed class CommandLineTests
{
    [Fact]
    public void A_full_line_is_understood()
    {
        CommandLine line = CommandLine.Parse([
            "--to", "[::1]:2883", "--households", "12", "--seed", "7", "--season", "2026-2027", "--speed", "2.5",
            "--faults", "duplicates,swaps=0.5", "--registry", "out", "--registry-only", "--window", "16"]);
        Assert.Equal(("::1", 2883), (line.Host, line.Port));
        Assert.Equal(12, line.Fleet.Households);
        Assert.Equal(7, line.Fleet.Seed);
        Assert.Equal((new DateOnly(2026, 11, 15), new DateOnly(2027, 3, 15)), (line.Fleet.SeasonStart, line.Fleet.SeasonEnd));
        Assert.Equal(new FaultRates { Duplicates = FaultRates.All.Duplicates, Swaps = 0.5 }, line.Fleet.Faults);
        Assert.Equal(2.5, line.DaysPerSecond);
        Assert.Equal(("out", true, 16), (line.Registry, line.RegistryOnly, line.Window));
    }

    [Fact]
    public void Nothing_at_all_is_the_default_fleet_at_full_speed()
    {
        CommandLine line = CommandLine.Parse([]);
        Assert.Equal(new FleetOptions(), line.Fleet);
        Assert.Equal(double.PositiveInfinity, line.DaysPerSecond);
    }

    [Theory]
    [InlineData("--bogus", "x")]
    [InlineData("--to", "localhost")]
    [InlineData("--to", "localhost:99999")]
    [InlineData("--season", "2025-2027")]
    [InlineData("--speed", "0")]
    [InlineData("--households", "0")]
    [InlineData("--households", "many")]
    [InlineData("--faults", "gremlins")]
    [InlineData("--faults", "swaps=2")]
    [InlineData("--window", "70000")]
    [InlineData("--seed", "--help")]
    [InlineData("--registry-only", "--help")]
    [InlineData("--registry", "--registry-only")]
    public void What_cannot_be_meant_is_refused_by_name(string name, string value)
    {
        var refused = Assert.Throws<FormatException>(() => CommandLine.Parse([name, value]));
        Assert.Contains(name.TrimStart('-'), refused.Message, StringComparison.OrdinalIgnoreCase);
    }
}
