using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Move;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>A settlement leaves no trace of what holds it: the same files, byte for byte, from SQLite, from PostgreSQL, and after a move.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SameSettlementTests(PostgresServer server) : IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();
    private readonly SqliteFolder _folder = new();
    private readonly TempFolder _parts = new("parts");

    public void Dispose()
    {
        _schema.Dispose();
        _folder.Dispose();
        _parts.Dispose();
    }

    [Fact]
    public void Both_stores_settle_to_the_same_bytes()
    {
        var (files, server) = (_folder.Open(), _schema.Open());
        SettledVillage.Settle(files);
        SettledVillage.Settle(server);
        AssertSame(files, server);
    }

    [Fact]
    public void A_move_brings_settlements_along_and_they_go_on()
    {
        var files = _folder.Open();
        SettledVillage.Settle(files);
        LedgerMove.Run(_folder.Path, _schema.Options, _ => { });
        var moved = _schema.Open();
        AssertSame(files, moved);
        Assert.Equal(files.Settlements.Moment(), moved.Settlements.Moment());
        Assert.Equal("*0003", Account(moved));
        var row = new Disbursement(0, SettledVillage.Autumn, null, "H00005", DisbursementKind.Advance, 1, LocalDay.On(2026, 4, 2), "A-2", "li", 4);
        foreach (var ledger in (ILedger[])[files, moved])
        {
            Assert.Equal([null], ledger.Settlements.Disburse([row]));
            Assert.Equal(3, SettledVillage.Draft(ledger).Id);
        }
        AssertSame(files, moved);
        Assert.Equal(files.Settlements.Moment(), moved.Settlements.Moment());
    }

    /// <summary>What the audit shows of a payee's account.</summary>
    private static string Account(ILedger ledger)
    {
        using var view = ledger.OpenView();
        using var text = System.Text.Json.JsonDocument.Parse(view.Audit("payee", "H00003")[0].After!);
        return text.RootElement.GetProperty("bank_account").GetString()!;
    }

    private void AssertSame(ILedger files, ILedger server)
    {
        var (expected, actual) = (SettledVillage.Files(files, _parts.Path), SettledVillage.Files(server, _parts.Path));
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, file => Assert.True(file.Value.Length > 0 && file.Value.AsSpan().SequenceEqual(actual[file.Key]), file.Key));
        Assert.Equal(files.Settlements.Disbursements(SettledVillage.Autumn), server.Settlements.Disbursements(SettledVillage.Autumn));
        foreach (var ledger in (ILedger[])[files, server])
        {
            var verified = Verification.Run(ledger, KnownPolicies.Shipped, _ => { });
            Assert.Empty(verified.Differences);
            Assert.Equal(files.Settlements.Runs().Count, verified.Runs);
        }
    }
}
