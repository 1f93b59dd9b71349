using System.Text;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Which partition a village's households go to when they are first registered. Stored with them: another rule may follow for others.</summary>
internal static class Partitioning
{
    /// <param name="village">Any text; spread by the high bits of its checksum.</param>
    public static int Of(string village, int partitions) => (int)((ulong)Checksum.Of(Encoding.UTF8.GetBytes(village)) * (ulong)partitions >> 32);
}
