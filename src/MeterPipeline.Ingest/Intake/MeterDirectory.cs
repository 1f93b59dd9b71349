using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ingest.Intake;

/// <summary>What intake must know of a meter to take its reading.</summary>
/// <param name="Company">Index into <see cref="MeterDirectory.Companies"/>; -1: unknown company.</param>
public readonly record struct DirectoryEntry(int MeterNo, int Company, Energy Energy);

/// <summary>
/// Meter ids as they stand in topics (UTF-8) → meter numbers, without allocation. Immutable, made anew for each registry version. Open
/// addressing over slots that hold the id itself, two to a cache line: one cache miss a look-up at any number of meters.
/// </summary>
public sealed class MeterDirectory
{
    private readonly Slot[] slots;
    private readonly int shift;
    private readonly Dictionary<string, DirectoryEntry>.AlternateLookup<ReadOnlySpan<char>> longIds;
    private readonly byte[][] companyIds;

    public MeterDirectory(RegistrySnapshot registry)
    {
        Version = registry.Version;
        Companies = [.. registry.Companies.Keys.Order(StringComparer.Ordinal)];
        companyIds = [.. Companies.Select(Encoding.UTF8.GetBytes)];
        var companyIndex = Companies.Select((id, index) => (id, index)).ToDictionary(p => p.id, p => p.index, StringComparer.Ordinal);
        slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, registry.Meters.Count * 2))];
        shift = 64 - BitOperations.Log2((uint)slots.Length);
        var others = new Dictionary<string, DirectoryEntry>(StringComparer.Ordinal);
        longIds = others.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var meter in registry.Meters.Values)
        {
            var entry = new DirectoryEntry(meter.No, companyIndex.GetValueOrDefault(meter.Current.Company, -1), meter.Current.Energy);
            if (Encoding.UTF8.GetByteCount(meter.Id) > Slot.IdMax) others[meter.Id] = entry;
            else LongestSearch = Math.Max(LongestSearch, Add(Encoding.UTF8.GetBytes(meter.Id), entry));
        }
    }

    /// <summary>Registry version that this stands for.</summary>
    public long Version { get; }

    /// <summary>Company ids in ordinal order.</summary>
    public string[] Companies { get; }

    /// <summary>How many slots the longest look-up of a known meter reads; a few dozen at most when ids are spread well.</summary>
    public int LongestSearch { get; }

    /// <summary>Index of a company, -1 where there is none of that id.</summary>
    public int CompanyOf(ReadOnlySpan<byte> id)
    {
        for (var i = 0; i < companyIds.Length; i++)
            if (id.SequenceEqual(companyIds[i])) return i;
        return -1;
    }

    public bool TryFind(ReadOnlySpan<byte> meterId, out DirectoryEntry entry)
    {
        if (meterId.Length > Slot.IdMax) return TryFindLong(meterId, out entry);
        ref readonly var slot = ref slots[SlotOf(meterId)];
        entry = new DirectoryEntry(slot.MeterNo, slot.Company, slot.Energy);
        return slot.Length > 0;
    }

    private bool TryFindLong(ReadOnlySpan<byte> meterId, out DirectoryEntry entry)
    {
        entry = default;
        Span<char> id = stackalloc char[TopicShape.SegmentMax];
        return meterId.Length <= id.Length && longIds.TryGetValue(id[..Encoding.UTF8.GetChars(meterId, id)], out entry);
    }

    /// <summary>Adds a meter and tells how many slots a look-up of it reads.</summary>
    private int Add(ReadOnlySpan<byte> meterId, DirectoryEntry entry)
    {
        var at = SlotOf(meterId);
        ref var slot = ref slots[at];
        meterId.CopyTo(slot.Id);
        (slot.Length, slot.MeterNo, slot.Company, slot.Energy) = ((byte)meterId.Length, entry.MeterNo, entry.Company, entry.Energy);
        return ((at - FirstSlot(meterId)) & (slots.Length - 1)) + 1;
    }

    /// <summary>By the high bits: a multiplication carries upwards only, so that they alone depend on every digit.</summary>
    private int FirstSlot(ReadOnlySpan<byte> meterId) => (int)(Hash(meterId) >> shift);

    /// <summary>Where the id is, or the empty slot where it would be.</summary>
    private int SlotOf(ReadOnlySpan<byte> meterId)
    {
        var mask = slots.Length - 1;
        for (var at = FirstSlot(meterId); ; at = (at + 1) & mask)
        {
            ref readonly var slot = ref slots[at];
            if (slot.Length == 0 || (slot.Length == meterId.Length && meterId.SequenceEqual(((ReadOnlySpan<byte>)slot.Id)[..slot.Length]))) return at;
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var hash = 0x9E3779B97F4A7C15UL ^ (ulong)bytes.Length;
            if (bytes.Length < 8)
                foreach (var b in bytes) hash = (hash ^ b) * 0x100000001B3UL;
            else
            {
                for (var rest = bytes; rest.Length > 8; rest = rest[8..]) hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest)) * 0xD6E8FEB86659FD93UL;
                hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..])) * 0xD6E8FEB86659FD93UL;
            }
            hash ^= hash >> 32;
            return hash * 0xD6E8FEB86659FD93UL;
        }
    }

    /// <summary>32 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        /// <summary>An asset number has 22 digits, a meter address 12; longer ids are kept elsewhere.</summary>
        public const int IdMax = 22;

        public IdBytes Id;

        /// <summary>Of the id; 0: the slot is empty.</summary>
        public byte Length;

        public Energy Energy;
        public int MeterNo;
        public int Company;

        [InlineArray(IdMax)]
        public struct IdBytes
        {
            private byte first;
        }
    }
}
