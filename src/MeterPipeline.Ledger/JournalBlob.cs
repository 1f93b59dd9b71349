namespace MeterPipeline.Ledger;

/// <summary>The form of a journal row; see JournalBlob.Codec. Placeholder until the codec lands.</summary>
public static class JournalBlob;
