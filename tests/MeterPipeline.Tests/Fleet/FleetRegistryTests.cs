using MeterFleet;

namespace MeterPipeline.Tests.Fleets;

public sealed class FleetRegistryTests
{
    [Fact]
    public void The_files_have_the_columns_that_the_pipeline_imports()
    {
        using TemporaryFolder folder = new();
        Fleet fleet = Fleet.Create(FleetOptions.AllFaults);
        fleet.WriteRegistry(folder.Path);
        AssertFile(folder, "divisions.csv", "code,name,parent", fleet.Divisions.Count);
        AssertFile(folder, "companies.csv", "company,name,energy", 3);
        AssertFile(
            folder, "households.csv",
            "household_id,name,division,route,conversion,accepted_on,hardship,note,excluded_from,excluded_to,exclusion", 300);
        AssertFile(
            folder, "meters.csv",
            "meter_id,household_id,company,energy,register_digits,decimals,capacity,multiplier,installed_on,opening,removed_on,closing,"
            + "serves,heated_households", fleet.Meters.Count);
    }

    [Fact]
    public void An_exchange_is_a_closed_row_and_an_opened_one_at_the_same_moment()
    {
        using TemporaryFolder folder = new();
        Fleet fleet = Fleet.Create(new FleetOptions { Households = 20, Faults = new FaultRates { Swaps = 1 } });
        fleet.WriteRegistry(folder.Path);
        var rows = File.ReadLines(Path.Combine(folder.Path, "meters.csv")).Skip(1).Select(line => line.Split(',')).GroupBy(row => row[1]);
        foreach (IGrouping<string, string[]> household in rows)
        {
            string[][] pair = [.. household];
            Assert.Equal(2, pair.Length);
            Assert.EndsWith("+08:00", pair[0][10], StringComparison.Ordinal);
            Assert.Equal(pair[0][10], pair[1][8]);
            Assert.NotEmpty(pair[0][11]);
            Assert.Equal(pair[0][5] == "2" ? "0.00" : "0.000", pair[1][9]);
            Assert.Empty(pair[1][10]);
        }
    }

    [Fact]
    public void Identifiers_are_unique_and_of_the_fields_length()
    {
        Fleet fleet = Fleet.Create(new FleetOptions { Households = 20_000, Faults = new FaultRates { Swaps = 0.01 } });
        Assert.Equal(fleet.Meters.Count, fleet.Meters.Select(meter => meter.Id).Distinct().Count());
        Assert.Equal(fleet.Households.Count, fleet.Households.Select(household => household.Id).Distinct().Count());
        Assert.All(fleet.Meters, meter => Assert.Equal(meter.Energy == "gas" ? 14 : 12, meter.Id.Length));
        Assert.All(fleet.Households, household => Assert.Equal(13, household.Id.Length));
    }

    [Fact]
    public void Every_household_stands_in_a_village_of_a_real_county()
    {
        Fleet fleet = Fleet.Create(new FleetOptions());
        HashSet<string> codes = [.. fleet.Divisions.Select(division => division.Code)];
        Assert.Equal(fleet.Divisions.Count, codes.Count);
        Assert.All(fleet.Divisions.Skip(1), division => Assert.Contains(division.Parent, codes));
        Assert.All(fleet.Divisions, division => Assert.StartsWith(division.Parent, division.Code, StringComparison.Ordinal));
        Assert.All(fleet.Households, household => Assert.True(household.Division.Length == 12 && codes.Contains(household.Division)));
        Assert.Equal(13, fleet.Divisions.Count(division => division.Code.Length == 6 && division.Parent == "1408"));
        Assert.Contains(new Division("140882101", "僧楼镇", "140882"), fleet.Divisions);
        Division[] villages = [.. fleet.Divisions.Where(division => division.Code.Length == 12)];
        Assert.NotEmpty(villages);
        Assert.All(villages, village => Assert.EndsWith("（样例）", village.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_roster_holds_every_case_that_the_policies_know()
    {
        Fleet fleet = Fleet.Create(new FleetOptions());
        Assert.Equal(["dibao", "none", "other", "wubao"], fleet.Households.Select(household => household.Hardship).Distinct().Order());
        Assert.Equal(["programme", "self"], fleet.Households.Select(household => household.Conversion).Distinct().Order());
        Assert.Equal(
            ["", "central-heating", "other", "public-employee"],
            fleet.Households.Select(household => household.Exclusion).Distinct().Order());
        Assert.Equal(["heating", "village-central-heating", "whole-house"], fleet.Meters.Select(meter => meter.Serves).Distinct().Order());
        Assert.InRange(fleet.Households.Count(household => household.AcceptedOn > fleet.Options.SeasonStart), 5, 60);
        Assert.Contains(fleet.Meters, meter => meter.InstalledAt.ToUnixTimeMilliseconds() > fleet.SeasonStartMs);
        Assert.All(fleet.Meters, meter => Assert.True(meter.Opening >= 0 && meter.Closing is null or >= 0));
    }

    private static void AssertFile(TemporaryFolder folder, string name, string columns, int rows)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder.Path, name));
        Assert.NotEqual(0xEF, bytes[0]);
        string[] lines = File.ReadAllLines(Path.Combine(folder.Path, name));
        Assert.Equal(columns, lines[0]);
        Assert.Equal(rows, lines.Length - 1);
        Assert.All(lines, line => Assert.Equal(columns.Count(letter => letter == ','), line.Count(letter => letter == ',')));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("meter-fleet-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
