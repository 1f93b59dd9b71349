using System.Security.Cryptography;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>Frozen runs hashed again, their chain followed, their index compared with their lines, and disbursements held against them.</summary>
/// <param name="differences">Takes what is wrong, each with its place.</param>
internal sealed class SettlementCheck(ISettlements settlements, List<string> differences)
{
    /// <returns>Runs looked at.</returns>
    public int Run(int most)
    {
        var (runs, previous) = (settlements.Runs(), "");
        foreach (var run in runs.Select(progress => progress.Run))
        {
            if (run.PreviousHash != previous) differences.Add($"Settlement run {run.Id}: it was chained to a run before with another hash than run {run.Id - 1} has.");
            previous = run.ContentHash;
            try
            {
                Check(run);
            }
            catch (Exception damage) when (damage is LedgerException or JsonException)
            {
                differences.Add(damage is LedgerException ? damage.Message : $"Settlement run {run.Id}: a line cannot be read: {damage.Message}");
            }
            if (differences.Count >= most) return runs.Count;
        }
        differences.AddRange(settlements.UnsoundBalances(most - differences.Count)
            .Select(found => $"Household {found.HouseholdId}, {HeatingSeason.NameOf(found.Autumn)}: {found.Fault}."));
        return runs.Count;
    }

    private void Check(SettlementRun run)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (lines, before) = (0, differences.Count);
        foreach (var chunk in settlements.Chunks(run.Id))
        {
            var text = chunk.Text();
            hash.AppendData(text);
            var drawn = LineChunk.Read(text).Select(LineIndex.Of).OrderBy(line => line.HouseholdId, StringComparer.Ordinal).ToList();
            lines += drawn.Count;
            if (Difference(drawn, settlements.Index(run.Id, chunk.Number)) is { } household)
                differences.Add($"Settlement run {run.Id}, chunk {chunk.Number}: the index of household {household} is not what its line says.");
        }
        if (lines != run.Lines) differences.Add($"Settlement run {run.Id}: {run.Lines} lines were frozen, {lines} are there.");
        else if (RunWriter.Seal(hash, settlements.Text(run.Id)) != run.ContentHash && differences.Count == before)
            differences.Add($"Settlement run {run.Id}: its content does not give its hash {run.ContentHash}. Restore the whole ledger from one backup.");
    }

    private static string? Difference(List<LineIndex> drawn, IReadOnlyList<LineIndex> index)
    {
        for (var i = 0; i < Math.Max(drawn.Count, index.Count); i++)
            if (i >= drawn.Count || i >= index.Count || drawn[i] != index[i]) return i < drawn.Count ? drawn[i].HouseholdId : index[i].HouseholdId;
        return null;
    }
}
