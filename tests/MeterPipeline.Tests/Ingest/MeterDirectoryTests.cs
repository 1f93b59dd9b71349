using System.Globalization;
using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;

namespace MeterPipeline.Tests.Ingest;

public sealed class MeterDirectoryTests
{
    [Fact]
    public void Every_id_of_any_length_is_found_and_no_other()
    {
        var ids = Enumerable.Range(1, TopicShape.SegmentMax).SelectMany(length => (string[])[new string('0', length), new string('0', length - 1) + 'x', Name(length, '甲')])
            .Concat(Enumerable.Range(0, 5_000).Select(n => $"M{n:D11}")).Distinct(StringComparer.Ordinal).ToList();
        var directory = Of(ids);

        for (var no = 0; no < ids.Count; no++)
        {
            Assert.True(directory.TryFind(Encoding.UTF8.GetBytes(ids[no]), out var entry), $"{ids[no]} is not found");
            Assert.Equal(new DirectoryEntry(no, 0, Energy.Gas), entry);
        }
        foreach (var stranger in (string[])["", "1", "M00000005000", "M0000000000", new string('0', 65), new string('0', 21) + 'y', new string('0', 40) + 'y', Name(30, '乙')])
            Assert.False(directory.TryFind(Encoding.UTF8.GetBytes(stranger), out _), $"{stranger} is found");
    }

    /// <summary>Whatever was sent before, and whatever was remembered of it: each is found, and no stranger.</summary>
    [Fact]
    public void A_sender_finds_its_meters_in_any_order()
    {
        var ids = Enumerable.Range(0, 300).Select(n => $"M{n:D11}").Append(new string('9', 30)).ToList();
        var (directory, earlier, random) = (Of(ids), Of([.. ids, "another", "and another"]), new Random(7));
        int[] last = [-1, -1, 302];
        for (var step = 0; step < 20_000; step++)
        {
            // One in order, one in steps of eight that go round, one at random, all at once.
            var sender = step % 3;
            var no = sender == 0 ? step / 3 % ids.Count : sender == 1 ? step / 3 * 8 % ids.Count : random.Next(ids.Count);
            Assert.True(directory.TryFind(Encoding.UTF8.GetBytes(ids[no]), ref last[sender], out var entry), $"{ids[no]} is not found");
            Assert.Equal(no, entry.MeterNo);
            if (random.Next(10) == 0) Assert.False(directory.TryFind(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? "" : "another"), ref last[sender], out _));
            if (random.Next(100) == 0) Assert.True(earlier.TryFind("and another"u8, ref last[sender], out _));
        }
    }

    /// <summary>Asset numbers are given in sequence, and meters of one maker differ in their last digits only.</summary>
    [Theory]
    [InlineData("{0:D22}", 1)]
    [InlineData("{0:D12}", 1)]
    [InlineData("M{0:D6}", 1)]
    [InlineData("{0:D22}", 100)]
    [InlineData("3701{0:D8}05", 1)]
    public void Numbers_in_sequence_are_spread(string form, int step)
    {
        var directory = Of([.. Enumerable.Range(0, 20_000).Select(n => string.Format(CultureInfo.InvariantCulture, form, n * (long)step))]);

        Assert.InRange(directory.LongestSearch, 1, 40);
    }

    /// <summary>Of a number of bytes, with as many Chinese characters as fit at the end.</summary>
    private static string Name(int bytes, char character) => new string('0', bytes % 3) + new string(character, bytes / 3);

    private static MeterDirectory Of(List<string> ids) => new(new RegistrySnapshot(
        1, [], [new Company("gas", "gas", Energy.Gas)], [],
        ids.Select((id, no) => new Meter(no, id, [new Installation(id, $"H{no}", "gas", Energy.Gas, null, null, null, 1, null, null, null, null, Serves.Heating, 0)]))));
}
