using System.Buffers.Binary;
using System.Text;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ingest.Intake;

/// <summary>What intake must know of a meter to take its reading.</summary>
/// <param name="Company">Index into <see cref="MeterDirectory.Companies"/>; -1: unknown company.</param>
public readonly record struct DirectoryEntry(int MeterNo, int Company, Energy Energy);

/// <summary>
/// Meter ids as they stand in topics (UTF-8) → meter numbers, without allocation. Immutable, made anew for each registry version. Open
/// addressing over one array of 64-bit hashes, ids in one arena: two cache misses a look-up at any size.
/// </summary>
public sealed class MeterDirectory
{
    private readonly ulong[] hashes;
    private readonly int[] slots;
    private readonly (int Offset, int Length)[] ids;
    private readonly DirectoryEntry[] entries;
    private readonly byte[] arena;
    private readonly byte[][] companyIds;

    public MeterDirectory(RegistrySnapshot registry)
    {
        Version = registry.Version;
        Companies = [.. registry.Companies.Keys.Order(StringComparer.Ordinal)];
        companyIds = [.. Companies.Select(Encoding.UTF8.GetBytes)];
        var companyIndex = Companies.Select((id, index) => (id, index)).ToDictionary(p => p.id, p => p.index, StringComparer.Ordinal);
        var count = registry.Meters.Count;
        var capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count * 2));
        (hashes, slots) = (new ulong[capacity], new int[capacity]);
        (ids, entries) = (new (int, int)[count], new DirectoryEntry[count]);
        arena = new byte[registry.Meters.Keys.Sum(Encoding.UTF8.GetByteCount)];
        var (used, next) = (0, 0);
        foreach (var meter in registry.Meters.Values)
        {
            var length = Encoding.UTF8.GetBytes(meter.Id, arena.AsSpan(used));
            ids[next] = (used, length);
            entries[next] = new DirectoryEntry(meter.No, companyIndex.GetValueOrDefault(meter.Current.Company, -1), meter.Current.Energy);
            var hash = Hash(arena.AsSpan(used, length));
            var slot = (int)(hash & (uint)(capacity - 1));
            while (hashes[slot] != 0) slot = (slot + 1) & (capacity - 1);
            (hashes[slot], slots[slot]) = (hash, next);
            used += length;
            next++;
        }
    }

    /// <summary>Registry version that this stands for.</summary>
    public long Version { get; }

    /// <summary>Company ids in ordinal order.</summary>
    public string[] Companies { get; }

    /// <summary>Index of a company, -1 where there is none of that id.</summary>
    public int CompanyOf(ReadOnlySpan<byte> id)
    {
        for (var i = 0; i < companyIds.Length; i++)
            if (id.SequenceEqual(companyIds[i])) return i;
        return -1;
    }

    public bool TryFind(ReadOnlySpan<byte> meterId, out DirectoryEntry entry)
    {
        var hash = Hash(meterId);
        var mask = hashes.Length - 1;
        for (var slot = (int)(hash & (uint)mask); hashes[slot] != 0; slot = (slot + 1) & mask)
        {
            if (hashes[slot] != hash) continue;
            var (offset, length) = ids[slots[slot]];
            if (!meterId.SequenceEqual(arena.AsSpan(offset, length))) continue;
            entry = entries[slots[slot]];
            return true;
        }
        entry = default;
        return false;
    }

    /// <summary>Never 0, which marks an empty slot.</summary>
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
            return (hash * 0xD6E8FEB86659FD93UL) | 1;
        }
    }
}
