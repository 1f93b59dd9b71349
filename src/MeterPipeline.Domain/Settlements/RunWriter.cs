using System.Buffers;
using System.Security.Cryptography;
using MeterPipeline.Domain.Policies;

namespace MeterPipeline.Domain.Settlements;

/// <summary>What is known of a run before its lines are drawn.</summary>
/// <param name="Division">Code prefix; empty: everything.</param>
public sealed record RunDraft(int Autumn, string Division, string Actor, long AtMs, long JournalSeq, long RegistryVersion, bool Provisional)
{
    /// <inheritdoc cref="SettlementRun.Imprint"/>
    public RunImprint? Imprint { get; init; }
}

/// <summary>
/// Takes a run's lines in their order: the hash over their canonical text, and the totals. The file of a run is its lines and then the run
/// itself, each ended by LF, so that the SHA-256 of the file is the run's content hash. Memory does not grow with the lines.
/// </summary>
public sealed class RunWriter(RunDraft draft, PolicyBook policies) : IDisposable
{
    private static readonly byte[] EndOfLine = "\n"u8.ToArray();

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly RunTally tally = new();

    public int Lines => tally.Lines;

    /// <summary>The text of lines, each with its end. Any thread.</summary>
    public static void WriteText(IBufferWriter<byte> into, IEnumerable<SettlementLine> lines) => CanonicalForm.Write(into, lines, EndOfLine);

    /// <summary>Adds the next lines.</summary>
    /// <param name="text">Theirs, as <see cref="WriteText"/> gives it.</param>
    public void Add(RunTally next, ReadOnlySpan<byte> text)
    {
        hash.AppendData(text);
        tally.Add(next);
    }

    /// <summary>The run, once its number and what it follows are known. Ends this object.</summary>
    /// <param name="previousHash">Of run <paramref name="id"/> − 1; empty: it is the first.</param>
    public SettlementRun Close(int id, string previousHash)
    {
        var run = new SettlementRun(
            id, draft.Autumn, draft.Division, draft.Actor, draft.AtMs, draft.JournalSeq, draft.RegistryVersion,
            [.. tally.Policies.Select(Version)], tally.Lines, tally.Totals, previousHash, "")
        { Provisional = draft.Provisional, Imprint = draft.Imprint };
        return run with { ContentHash = Seal(hash, CanonicalForm.Of(run)) };
    }

    /// <summary>Ends a hash over lines with the run's own text.</summary>
    public static string Seal(IncrementalHash overLines, ReadOnlySpan<byte> runText)
    {
        overLines.AppendData(runText);
        overLines.AppendData(EndOfLine);
        return Convert.ToHexStringLower(overLines.GetHashAndReset());
    }

    public void Dispose() => hash.Dispose();

    private PolicyVersion Version((string Id, int Version) key)
    {
        var policy = policies.Policies.Single(policy => policy.Id == key.Id && policy.Version == key.Version);
        return new PolicyVersion(key.Id, key.Version, CanonicalForm.Fingerprint(policy)) { Document = policy.Basis.Document };
    }
}
