using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.ServerTests.Ledger;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>On PostgreSQL; and a settlement begun on files that goes on there.</summary>
public sealed class PostgresSettlementVerbTests(PostgresServer server) : SettlementVerbs, IDisposable, IClassFixture<PostgresServer>
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    public void Dispose() => _schema.Dispose();

    [Fact]
    public void A_run_drafted_on_files_is_moved_confirmed_and_paid()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        Import(pipeline, "readings", "meter_id,ts,value\nE1,2025-11-15T00:00:00+08:00,100\nE1,2026-03-16T00:00:00+08:00,1310\n");
        Import(pipeline, "payees", "household_id,payee_name,bank_account\nH1,张三,6228480402564890018\n");
        Assert.Equal(0, pipeline.Verb("settle", "--season", "2025-2026", "--division", "1408").Code);
        var hash = Export(pipeline, 1);

        OnPostgres(pipeline);
        var move = pipeline.Verb("ledger", "move");
        Assert.True(move.Code == 0 && move.Output.Contains("the hashes of 1 settlement runs", StringComparison.Ordinal), move.Output + move.Errors);
        Assert.Equal(hash, Export(pipeline, 1));
        AddFinance(pipeline, "wang", "zhao");
        Notice(pipeline);
        var confirmed = pipeline.VerbReading(Password, "settle", "confirm", "1", "--as", "wang");
        Assert.True(confirmed.Code == 0, confirmed.Errors);
        Assert.Contains("2 households are paid 321.00 yuan", pipeline.VerbReading(Password, "settle", "pay", "1", "--as", "zhao").Output, StringComparison.Ordinal);
        Assert.Contains("1 settlement runs hashed again", pipeline.Verb("verify").Output, StringComparison.Ordinal);
    }

    private protected override PipelineProcess Start() => OnPostgres(new PipelineProcess());

    private protected override ILedger Open(PipelineProcess pipeline) => PostgresLedger.Open(_schema.Options with { Partitions = null });

    private PipelineProcess OnPostgres(PipelineProcess pipeline) => pipeline.With("Ledger:Provider", "postgres")
        .With("Ledger:ConnectionString", _schema.Options.ConnectionString).With("Ledger:Schema", _schema.Options.Schema);

    /// <summary>Posted until yesterday: the command line has no other clock than the machine's.</summary>
    private void Notice(PipelineProcess pipeline)
    {
        using var ledger = Open(pipeline);
        var yesterday = new LocalDay(LocalDay.Of(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()).Number - 1);
        Assert.True(ledger.Settlements.AddStep(new RunStep(1, RunStepKind.Noticed, yesterday.StartMs, "li", "") { From = yesterday, Until = yesterday }, 1));
    }
}
