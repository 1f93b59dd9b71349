using MeterPipeline.ServerTests.EndToEnd;
using MeterPipeline.ServerTests.Ledger;
using MeterPipeline.ServerTests.Mqtt;
using MeterPipeline.ServerTests.Web;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MeterPipeline.ServerTests.Servers.LongestFirst", "MeterPipeline.ServerTests")]

namespace MeterPipeline.ServerTests.Servers;

/// <summary>Collections that take long begin first: whichever began last would run alone, and all but one core would wait for it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <summary>Those that take more than half a minute, by their names or those of their only class.</summary>
    private static readonly string[] _long =
    [
        .. Classes(typeof(BackupTests), typeof(NodesTests)), PostgresCollection.Name, .. Classes(
            typeof(CrashTests), typeof(PageCheckTests), typeof(PostgresTests), typeof(BenchTests), typeof(SqliteCrashHarnessTests), typeof(PostgresCrashHarnessTests),
            typeof(ClientSignInTests), typeof(SettlementScreenTests), typeof(PostgresSettlementVerbTests), typeof(ScreenTests), typeof(OutageTests), typeof(RealInputTests),
            typeof(RealClientTests), typeof(CrashAuditTests), typeof(AccessScreenTests), typeof(RegistryScreenTests)),
        DisturbedPostgresCollection.Name,
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    private static int Place(ITestCollection collection) => Array.FindIndex(_long, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is var place and >= 0 ? place : _long.Length;

    private static IEnumerable<string> Classes(params Type[] classes) => classes.Select(one => one.FullName!);
}
