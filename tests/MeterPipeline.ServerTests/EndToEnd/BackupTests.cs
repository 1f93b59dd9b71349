using MeterFleet;
using MeterPipeline.ServerTests.Ledger;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>The commands an operator has: a backup beside a pipeline under load, restored, and what it lacks published again.</summary>
public sealed class BackupTests(PostgresServer server) : IDisposable, IClassFixture<PostgresServer>
{
    private readonly Fleet fleet = Fleet.Create(new FleetOptions { Households = 20, Seed = 6, Faults = FaultRates.All });
    private readonly TempFolder backups = new("backups");

    public void Dispose() => backups.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_restored_backup_exports_the_same_and_with_what_it_lacks_the_whole(string provider)
    {
        var messages = fleet.Messages().ToList();
        var first = messages[..(messages.Count / 2)];
        using var calm = new PipelineProcess();
        await RunAsync(calm, messages);

        using var pipeline = On(provider, "source");
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        await pipeline.PublishAsync(first);
        var half = pipeline.Export();
        // The same once more: load that changes no amount.
        Backup(pipeline, "half", pipeline.PublishAsync(first));
        Assert.Equal(half, pipeline.Export());
        Backup(pipeline, "more", pipeline.PublishAsync(messages[(messages.Count / 2)..]));
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Equal(calm.Export(), pipeline.Export());

        using var restored = On(provider, "half");
        var (code, output, errors) = restored.Verb("ledger", "restore", "--from", backups.At("half"));
        Assert.True(code == 0 && output.Contains("no difference", StringComparison.Ordinal), output + errors);
        Assert.Equal(half, restored.Export());
        Assert.Equal(2, restored.Verb("ledger", "restore", "--from", backups.At("half")).Code);

        using var whole = On(provider, "more");
        Assert.Equal(0, whole.Verb("ledger", "restore", "--from", backups.At("")).Code); // the newest
        Assert.Contains("journal row", whole.Verb("ledger", "restore", "--from", backups.At(""), "--until", "1").Errors, StringComparison.Ordinal);
        await whole.StartAsync();
        await whole.PublishAsync(messages);
        Assert.Equal(0, await whole.StopAsync());
        Assert.Equal(calm.Export(), whole.Export());
        Assert.Equal(0, whole.Verb("rebuild", "all").Code);
        Assert.Equal(calm.Export(), whole.Export());
        var verified = whole.Verb("verify");
        Assert.True(verified.Code == 0, verified.Output + verified.Errors);
        Assert.Equal(0, whole.Verb("status").Code);
    }

    [Fact]
    public async Task A_backup_is_restored_where_it_came_from_and_books_are_rebuilt_only_by_who_may_fold()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        Assert.Equal(0, pipeline.Verb("ledger", "backup", "--to", backups.At("small")).Code);
        var refused = On("postgres", "wrong", pipeline).Verb("ledger", "restore", "--from", backups.At("small"));
        Assert.True(refused.Code == 2 && refused.Errors.Contains("Ledger:Provider=sqlite", StringComparison.Ordinal), refused.Errors);
        pipeline.With("Ledger:Provider", "sqlite");
        await pipeline.StartAsync();
        Assert.Contains("Cannot fold the ledger", pipeline.Verb("rebuild", "books").Errors, StringComparison.Ordinal);
        Assert.Equal(0, await pipeline.StopAsync());
        Assert.Equal(0, pipeline.Verb("rebuild", "villages").Code);
    }

    /// <summary>Takes one while something is under way, and waits for that.</summary>
    private void Backup(PipelineProcess pipeline, string name, Task meanwhile)
    {
        var (code, output, errors) = pipeline.Verb("ledger", "backup", "--to", backups.At(name));
        Assert.True(code == 0 && output.Contains("journal row", StringComparison.Ordinal), output + errors);
        meanwhile.GetAwaiter().GetResult();
    }

    private PipelineProcess On(string provider, string name, PipelineProcess? pipeline = null) => (pipeline ?? new PipelineProcess())
        .With("Ledger:Provider", provider).With("Ledger:ConnectionString", server.Server.ConnectionString).With("Ledger:Schema", "backup_" + name);

    private async Task RunAsync(PipelineProcess pipeline, List<FleetMessage> messages)
    {
        pipeline.ImportRegistry(fleet);
        await pipeline.StartAsync();
        await pipeline.PublishAsync(messages);
        Assert.Equal(0, await pipeline.StopAsync());
    }
}
