using System.Buffers.Binary;

namespace MeterPipeline.Ingest.Intake.Sparkplug;

/// <summary>
/// Walks the fields of one protobuf message. Total: a field cut short, an overlong varint, a group or field number 0 sets
/// <see cref="Broken"/> and ends the walk. Nothing nested is entered, so that depth is the caller's.
/// </summary>
public ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    public bool Broken { get; private set; }

    /// <summary>Number of the field.</summary>
    public int Number { get; private set; }

    public WireType Type { get; private set; }

    /// <summary>A varint, or the bits of a fixed field.</summary>
    public ulong Bits { get; private set; }

    /// <summary>Content of a length-delimited field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public bool Next()
    {
        if (rest.IsEmpty || Broken) return false;
        Bits = 0;
        Bytes = default;
        if (!Varint(out var key) || key >> 3 is 0 or > 536_870_911) return Break();
        (Number, Type) = ((int)(key >> 3), (WireType)(key & 7));
        switch (Type)
        {
            case WireType.Varint:
                if (!Varint(out var value)) return Break();
                Bits = value;
                return true;
            case WireType.Fixed64 when rest.Length >= 8:
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                rest = rest[8..];
                return true;
            case WireType.Fixed32 when rest.Length >= 4:
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(rest);
                rest = rest[4..];
                return true;
            case WireType.Bytes:
                if (!Varint(out var length) || length > (ulong)rest.Length) return Break();
                Bytes = rest[..(int)length];
                rest = rest[(int)length..];
                return true;
            default:
                return Break();
        }
    }

    private bool Break()
    {
        Broken = true;
        return false;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < rest.Length && i < Domain.Varint.MaxBytes; i++)
        {
            var next = rest[i];
            if (i == Domain.Varint.MaxBytes - 1 && next > 1) return false;
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next >= 0x80) continue;
            rest = rest[(i + 1)..];
            return true;
        }
        return false;
    }
}

/// <summary>How a protobuf field is laid out. Groups (3, 4) are not among them: nothing sends them.</summary>
public enum WireType : byte { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 }
