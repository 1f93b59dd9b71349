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
/// Meter ids as they stand in topics (UTF-8) → meter numbers, without allocation. Made anew for each registry version, and unchanged but for its guesses. Open
/// addressing over slots of four bytes, which tell an entry's place and a few bits of its hash; entries lie in order of meter numbers. The slots of a
/// million meters fit the processor's cache, and meters that are sent one after the other, as head-ends do, lie side by side. It remembers which meter was
/// sent after which: a head-end has its order, so the next is mostly the one that came next the last time, and is found without a search.
/// </summary>
public sealed class MeterDirectory
{
    // One more than the entry's place, under placeMask; above it, the print of its id. 0: empty.
    private readonly uint[] slots;
    private readonly uint placeMask;
    private readonly int shift;
    private readonly Entry[] entries;

    // By place, the place of the meter sent next: a guess, and any thread may write another.
    private readonly int[] followers;
    private readonly Dictionary<string, DirectoryEntry>.AlternateLookup<ReadOnlySpan<char>> longIds;
    private readonly byte[][] companyIds;

    public MeterDirectory(RegistrySnapshot registry)
    {
        Version = registry.Version;
        Companies = [.. registry.Companies.Keys.Order(StringComparer.Ordinal)];
        companyIds = [.. Companies.Select(Encoding.UTF8.GetBytes)];
        var companyIndex = Companies.Select((id, index) => (id, index)).ToDictionary(p => p.id, p => p.index, StringComparer.Ordinal);
        slots = new uint[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, registry.Meters.Count * 2))];
        shift = 64 - BitOperations.Log2((uint)slots.Length);
        placeMask = (uint)slots.Length - 1;
        entries = new Entry[registry.Meters.Count];
        var others = new Dictionary<string, DirectoryEntry>(StringComparer.Ordinal);
        longIds = others.GetAlternateLookup<ReadOnlySpan<char>>();
        var count = 0;
        foreach (var meter in registry.Meters.Values.OrderBy(meter => meter.No))
        {
            var entry = new DirectoryEntry(meter.No, companyIndex.GetValueOrDefault(meter.Current.Company, -1), meter.Current.Energy);
            if (Encoding.UTF8.GetByteCount(meter.Id) > Entry.IdMax) others[meter.Id] = entry;
            else LongestSearch = Math.Max(LongestSearch, Add(Encoding.UTF8.GetBytes(meter.Id), entry, count++));
        }
        followers = new int[count];
        for (var place = 0; place + 1 < count; place++) followers[place] = place + 1;
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

    public bool TryFind(ReadOnlySpan<byte> meterId, out DirectoryEntry found)
    {
        var alone = -1;
        return TryFind(meterId, ref alone, out found);
    }

    /// <summary>Looks at the meter that came next the last time before it searches.</summary>
    /// <param name="last">Where the sender's meter before this one was found, perhaps in another directory; -1: there was none. Now where this one is.</param>
    public bool TryFind(ReadOnlySpan<byte> meterId, ref int last, out DirectoryEntry found)
    {
        var follows = last >= 0 && last < followers.Length;
        var place = follows ? followers[last] : -1;
        if (!follows || !entries[place].Is(meterId))
        {
            if (meterId.Length > Entry.IdMax) return TryFindLong(meterId, out found);
            place = PlaceOf(meterId);
            if (place < 0)
            {
                found = default;
                return false;
            }
            if (follows) followers[last] = place;
        }
        last = place;
        ref readonly var entry = ref entries[place];
        found = new DirectoryEntry(entry.MeterNo, entry.Company, entry.Energy);
        return true;
    }

    /// <returns>-1: there is no such meter.</returns>
    private int PlaceOf(ReadOnlySpan<byte> meterId)
    {
        var hash = Hash(meterId);
        var print = PrintOf(hash);
        for (var at = FirstSlot(hash); slots[at] is var slot and > 0; at = After(at))
        {
            var place = (int)(slot & placeMask) - 1;
            if ((slot & ~placeMask) == print && entries[place].Is(meterId)) return place;
        }
        return -1;
    }

    private bool TryFindLong(ReadOnlySpan<byte> meterId, out DirectoryEntry entry)
    {
        entry = default;
        Span<char> id = stackalloc char[TopicShape.SegmentMax];
        return meterId.Length <= id.Length && longIds.TryGetValue(id[..Encoding.UTF8.GetChars(meterId, id)], out entry);
    }

    /// <summary>Adds a meter at a place and tells how many slots a look-up of it reads.</summary>
    private int Add(ReadOnlySpan<byte> meterId, DirectoryEntry added, int place)
    {
        ref var entry = ref entries[place];
        meterId.CopyTo(entry.Id);
        (entry.Length, entry.MeterNo, entry.Company, entry.Energy) = ((byte)meterId.Length, added.MeterNo, added.Company, added.Energy);
        var hash = Hash(meterId);
        var (at, read) = (FirstSlot(hash), 1);
        for (; slots[at] > 0; at = After(at)) read++;
        slots[at] = PrintOf(hash) | (uint)(place + 1);
        return read;
    }

    /// <summary>By the high bits: a multiplication carries upwards only, so that they alone depend on every digit.</summary>
    private int FirstSlot(ulong hash) => (int)(hash >> shift);

    private int After(int slot) => (slot + 1) & (slots.Length - 1);

    /// <summary>The bits below those that choose the slot.</summary>
    private uint PrintOf(ulong hash) => unchecked((uint)(hash >> (shift - 32))) & ~placeMask;

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
    private struct Entry
    {
        /// <summary>An asset number has 22 digits, a meter address 12; longer ids are kept elsewhere.</summary>
        public const int IdMax = 22;

        public IdBytes Id;

        public byte Length; // of the id

        public Energy Energy;
        public int MeterNo;
        public int Company;

        public readonly bool Is(ReadOnlySpan<byte> meterId) => meterId.Length == Length && meterId.SequenceEqual(((ReadOnlySpan<byte>)Id)[..Length]);

        [InlineArray(IdMax)]
        public struct IdBytes
        {
            private byte first;
        }
    }
}
