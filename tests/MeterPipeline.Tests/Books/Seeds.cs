using System.Globalization;

namespace MeterPipeline.Tests.Books;

/// <summary>
/// Which histories a run looks at: others every time, so that many runs look at many. A failure names its seed;
/// <c>METERPIPELINE_TEST_SEED=that METERPIPELINE_TEST_HISTORIES=1</c> replays it.
/// </summary>
internal static class Seeds
{
    /// <summary>Few where every build waits for them; the long run beside the real servers sets the variable.</summary>
    public static int Count { get; } = Number("METERPIPELINE_TEST_HISTORIES") ?? 250;

    /// <summary>Small enough to be multiplied by a prime.</summary>
    public static int First { get; } = Number("METERPIPELINE_TEST_SEED") ?? Random.Shared.Next(1, 200_000);

    public static IEnumerable<int> All => Enumerable.Range(First, Count);

    private static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
