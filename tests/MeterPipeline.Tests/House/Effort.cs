using System.Globalization;

namespace MeterPipeline.Tests.House;

/// <summary>
/// How much the tests do that throw dice (<c>Category=Random</c>): what every build can wait for, times <c>METERPIPELINE_TEST_EFFORT</c>, which
/// <c>tests/run.sh</c> sets for a second, longer run of them.
/// </summary>
internal static class Effort
{
    public const string Category = nameof(Category);
    public const string Random = nameof(Random);

    private static readonly int Factor = Number("METERPIPELINE_TEST_EFFORT") ?? 1;

    /// <summary>
    /// Another every time, so that many runs see much. A failure names the seed of its case: <c>METERPIPELINE_TEST_SEED=that</c> begins with it. Small
    /// enough to be multiplied by a prime.
    /// </summary>
    public static int FirstSeed { get; } = Number("METERPIPELINE_TEST_SEED") ?? System.Random.Shared.Next(1, 200_000);

    public static int Times(int times) => times * Factor;

    private static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
