using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Tests.Books;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Golden;

/// <summary>
/// Walks the case folder: real books, real statements, the shipped policies. Every case runs in the order written and in seeded
/// permutations with duplicates and restarts, which must come to the same.
/// </summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class GoldenTests
{
    private const int RestartsPerStretch = 4;
    private static readonly int Shuffles = Effort.Times(6);
    private static readonly PolicyBook Policies = KnownPolicies.All;

    public static TheoryData<string> Cases() => [.. CaseFile.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_comes_out_as_written(string file)
    {
        var known = CaseFile.Read(file);
        var stretches = known.Stretches;
        Assert.NotEmpty(stretches.SelectMany(s => s.Checks));
        var shelf = new MemoryShelf(stretches[0].Registry);
        var books = shelf.Open();
        foreach (var stretch in stretches)
        {
            shelf.Registry = stretch.Registry;
            if (books.Registry != stretch.Registry) books.Adopt(stretch.Registry);
            foreach (var sent in stretch.Readings)
            {
                var outcome = books.Apply(sent.Reading);
                Assert.True(sent.Outcome is null || sent.Outcome == outcome, $"{sent.Place}: {sent.Outcome} expected, {outcome} found");
            }
            foreach (var check in stretch.Checks) check(books, new Statements(books, Policies), "");
        }
        shelf.Flush(books);
        for (var seed = 1; seed <= Shuffles; seed++) Shuffle(stretches, seed, whole: seed % 2 == 0 && !known.Settles, shelf.Print());
    }

    /// <summary>Mixes readings within their stretch and checks after each.</summary>
    /// <param name="whole">Mix all of them and check the end.</param>
    private static void Shuffle(List<CaseFile.Stretch> stretches, int seed, bool whole, string expected)
    {
        var dice = new Random(seed);
        var run = $" (permutation {seed})";
        var shelf = new MemoryShelf(stretches[0].Registry);
        var books = shelf.Open();
        var earlier = new List<Reading>();
        foreach (var (stretch, i) in stretches.Select((s, i) => (s, i)))
        {
            shelf.Registry = stretch.Registry;
            if (books.Registry != stretch.Registry) books.Adopt(stretch.Registry);
            var own = (whole ? (i < stretches.Count - 1 ? [] : stretches.SelectMany(s => s.Readings)) : stretch.Readings).Select(s => s.Reading).ToList();
            earlier.AddRange(own);
            var arriving = own.Concat(earlier.Where(_ => dice.Next(4) == 0)).OrderBy(_ => dice.Next()).ToList();
            foreach (var reading in arriving)
            {
                books.Apply(reading);
                if (dice.Next(arriving.Count) > RestartsPerStretch) continue;
                shelf.Flush(books);
                books = shelf.Open();
            }
            if (whole && i < stretches.Count - 1) continue;
            foreach (var check in stretch.Checks) check(books, new Statements(books, Policies), run);
        }
        shelf.Flush(books);
        Assert.True(expected == shelf.Print(), $"stored bytes differ{run}");
    }
}
