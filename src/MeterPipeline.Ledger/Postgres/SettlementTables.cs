using System.Text;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>How the rows of settlements are written.</summary>
internal static class SettlementTables
{
    public static Table<SettlementRun> Run { get; } = new("settlement_run", c =>
    [
        c.Int("id", row => row.Id), c.Int("autumn", row => row.Autumn),
        c.Text("run", row => Encoding.UTF8.GetString(CanonicalForm.Of(row))), c.Text("hash", row => row.ContentHash)
    ]);

    public static Table<(int RunId, SpooledChunk Chunk)> Chunk { get; } = new("settlement_chunk", c =>
    [
        c.Int("run", row => row.RunId), c.Int("chunk", row => row.Chunk.Number),
        c.Int("lines", row => row.Chunk.Index.Length), c.Int("bytes", row => row.Chunk.Bytes),
        c.Long("crc", row => Checksum.Of(row.RunId, row.Chunk.Number, row.Chunk.Index.Length, row.Chunk.Blob)), c.Bytes("blob", row => row.Chunk.Blob)
    ]);

    public static Table<(SettlementRun Run, int Chunk, SpooledIndex Line)> Household { get; } = new("settlement_household", c =>
    [
        c.Int("autumn", row => row.Run.Autumn), c.Text("household", row => row.Line.HouseholdId),
        c.Int("run", row => row.Run.Id), c.Int("chunk", row => row.Chunk),
        c.Long("accrued", row => row.Line.Accrued), c.Long("due", row => row.Line.Due),
        c.Long("payable", row => row.Line.Payable), c.Text("amount", row => row.Line.Amount)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<RunStep> Step { get; } = new("settlement_step", c =>
    [
        c.Int("run", row => row.RunId), c.Int("kind", row => (int)row.Kind),
        c.Long("at_ms", row => row.AtMs), c.Text("actor", row => row.Actor),
        c.Text("note", row => row.Note), c.Text("household", row => row.HouseholdId),
        c.OptionalInt("from_day", row => row.From?.Number), c.OptionalInt("until_day", row => row.Until?.Number)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<Disbursement> Disbursement { get; } = new("disbursement", c =>
    [
        c.Int("autumn", row => row.Autumn), c.OptionalInt("run", row => row.RunId),
        c.Text("household", row => row.HouseholdId), c.Int("kind", row => (int)row.Kind),
        c.Long("fen", row => Fen.Of(row.Yuan)), c.Int("day", row => row.On.Number),
        c.Text("reference", row => row.Reference), c.Text("actor", row => row.Actor),
        c.Long("at_ms", row => row.AtMs)
    ]);

    public static Table<(string HouseholdId, Payee Payee)> Payee { get; } = new("payee", c =>
    [
        c.Text("household", row => row.HouseholdId, key: true), c.Text("name", row => row.Payee.Name),
        c.Text("id_number", row => row.Payee.IdNumber), c.Text("bank", row => row.Payee.Bank),
        c.Text("account_name", row => row.Payee.AccountName), c.Text("bank_account", row => row.Payee.BankAccount),
        c.Text("phone", row => row.Payee.Phone)
    ]);
}
