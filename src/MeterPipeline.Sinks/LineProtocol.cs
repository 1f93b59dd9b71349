using System.Globalization;

namespace MeterPipeline.Sinks;

/// <summary>
/// Renders points as InfluxDB line protocol into one reusable UTF-8 buffer, without allocating per point: cache the bytes of
/// <see cref="LineText.Series"/> and <see cref="LineText.FieldKey"/>, then per point call <see cref="Begin"/>, a Field method at
/// least once, and <see cref="End"/>. Not thread-safe.
/// </summary>
/// <param name="capacityBytes">First size of the buffer; it doubles when full and never shrinks, so clear it per batch.</param>
public sealed class LineProtocol(int capacityBytes = 64 * 1024)
{
    /// <summary>Quantities are integers of 0.0001: four decimals.</summary>
    private const ulong ScaledUnit = 10_000;
    private const int ScaledDecimals = 4;

    /// <summary>Longest text of a number here: a decimal's sign, 29 digits and point; room for the separator and the integer's <c>i</c>.</summary>
    private const int NumberRoom = 40;

    private byte[] _buffer = new byte[Math.Max(capacityBytes, NumberRoom)];
    private int _length;
    private int _pointStart = -1;
    private bool _hasField;

    /// <summary>The finished lines. Valid until the next call on this object.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _pointStart >= 0 ? _pointStart : _length);

    /// <summary>Number of finished lines.</summary>
    public int Lines { get; private set; }

    /// <summary>Forgets all lines, also an unfinished one, and keeps the buffer.</summary>
    public void Clear()
    {
        _length = 0;
        _pointStart = -1;
        _hasField = false;
        Lines = 0;
    }

    /// <summary>Starts a point. <paramref name="series"/>: measurement and tags from <see cref="LineText.Series"/>.</summary>
    /// <exception cref="InvalidOperationException">The previous point has no <see cref="End"/>.</exception>
    public void Begin(ReadOnlySpan<byte> series)
    {
        if (_pointStart >= 0)
            throw new InvalidOperationException("Line protocol: Begin before End of the previous point.");
        _pointStart = _length;
        _hasField = false;
        Append(series);
    }

    /// <summary>A float field of <paramref name="tenThousandths"/> × 0.0001, in its shortest exact decimal text.</summary>
    public void Field(ReadOnlySpan<byte> key, long tenThousandths)
    {
        StartField(key);
        var room = Reserve(NumberRoom);
        var length = 0;
        // Not Math.Abs, which overflows for long.MinValue.
        var magnitude = tenThousandths < 0 ? (ulong)-(tenThousandths + 1) + 1 : (ulong)tenThousandths;
        if (tenThousandths < 0)
            room[length++] = (byte)'-';
        (magnitude / ScaledUnit).TryFormat(room[length..], out var digits, default, CultureInfo.InvariantCulture);
        length += digits;
        var fraction = (uint)(magnitude % ScaledUnit);
        if (fraction != 0)
            length += WriteFraction(room[length..], fraction);
        _length += length;
    }

    /// <summary>A float field of a decimal, exact, without trailing zeros.</summary>
    public void Field(ReadOnlySpan<byte> key, decimal value)
    {
        StartField(key);
        var room = Reserve(NumberRoom);
        value.TryFormat(room, out var length, default, CultureInfo.InvariantCulture);
        if (room[..length].Contains((byte)'.'))
        {
            length = room[..length].TrimEnd((byte)'0').Length;
            if (room[length - 1] == (byte)'.')
                length--;
        }
        _length += length;
    }

    /// <summary>An integer field (<c>5i</c>). InfluxDB fixes a field's type at its first point: do not mix with <see cref="Field(ReadOnlySpan{byte}, long)"/>.</summary>
    public void IntegerField(ReadOnlySpan<byte> key, long value)
    {
        StartField(key);
        var room = Reserve(NumberRoom);
        value.TryFormat(room, out var length, default, CultureInfo.InvariantCulture);
        room[length] = (byte)'i';
        _length += length + 1;
    }

    /// <summary>Finishes the point. <paramref name="unixMs"/>: milliseconds since 1970 UTC; write with <c>precision=ms</c>.</summary>
    /// <exception cref="InvalidOperationException">No point was begun, or it has no field, which no server accepts.</exception>
    public void End(long unixMs)
    {
        if (_pointStart < 0 || !_hasField)
            throw new InvalidOperationException("Line protocol: End needs Begin and at least one field before it.");
        var room = Reserve(NumberRoom);
        room[0] = (byte)' ';
        unixMs.TryFormat(room[1..], out var digits, default, CultureInfo.InvariantCulture);
        room[1 + digits] = (byte)'\n';
        _length += digits + 2;
        _pointStart = -1;
        Lines++;
    }

    private static int WriteFraction(Span<byte> room, uint fraction)
    {
        room[0] = (byte)'.';
        for (var i = ScaledDecimals; i > 0; i--)
        {
            room[i] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }
        return room[..(ScaledDecimals + 1)].TrimEnd((byte)'0').Length;
    }

    private void StartField(ReadOnlySpan<byte> key)
    {
        if (_pointStart < 0)
            throw new InvalidOperationException("Line protocol: a field needs Begin before it.");
        Reserve(1)[0] = _hasField ? (byte)',' : (byte)' ';
        _length++;
        Append(key);
        Reserve(1)[0] = (byte)'=';
        _length++;
        _hasField = true;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        return _buffer.AsSpan(_length);
    }
}
