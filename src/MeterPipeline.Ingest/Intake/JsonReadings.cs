using System.Text.Json;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake;

/// <summary>One item of a payload, as far as it could be read. Spans point into the payload.</summary>
public readonly ref struct PayloadItem
{
    /// <summary>Meter named by the item; empty where the topic names it.</summary>
    public ReadOnlySpan<byte> Meter { get; init; }
    public ReadOnlySpan<byte> Unit { get; init; }

    /// <summary>The item's own bytes, for quarantine: a payload by themselves, for a replay decodes them alone.</summary>
    public ReadOnlySpan<byte> Raw { get; init; }
    public Register Register { get; init; }
    public long TimeMs { get; init; }
    public long Value { get; init; }
    public int Revision { get; init; }
    public bool Rounded { get; init; }

    /// <summary>What is wrong with the item; null: nothing.</summary>
    public Fault? Fault { get; init; }
}

/// <summary>Why something cannot be taken.</summary>
/// <param name="Reason">A stable word for counters and filters.</param>
/// <param name="Detail">Place and remedy, for the operator.</param>
public sealed record Fault(string Reason, string Detail);

/// <summary>
/// Reads the JSON payloads of the contract: an object, an array, or <c>{"readings":[…]}</c>. Total: any bytes give items or a fault. The form
/// that nearly all meters send, <c>{"ts":"…","value":"…"}</c>, is recognised byte by byte; everything else goes through
/// <see cref="Utf8JsonReader"/>. Neither allocates for good input.
/// </summary>
public ref struct JsonReadings
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private static readonly Fault BadJson = new("bad-json", "The payload is not JSON. Send an object, an array of objects or {\"readings\":[…]} in UTF-8.");
    private static readonly Fault BadShape = new("bad-shape", "Expected an object with ts and value, an array of them or {\"readings\":[…]}.");
    private static readonly Fault NoTime = new("bad-time", "ts is missing or not readable. Send RFC 3339 with a zone, such as 2025-11-16T00:00:00+08:00, or epoch milliseconds.");
    private static readonly Fault NoValue = new("bad-value", "value is missing or not a number. Send the cumulative register as a decimal number or string.");
    private static readonly Fault NegativeValue = new("negative-value", "value is negative. A cumulative register counts from zero upwards.");
    private static readonly Fault LargeValue = new("value-too-large", "value has more than twelve integer digits. Check unit and scale.");
    private static readonly Fault BadRegister = new("bad-register", "register must be total, T1, T2, T3 or T4.");
    private static readonly Fault BadRevision = new("bad-revision", "rev must be a whole number from 0 to 1000000.");
    private static readonly Fault Escaped = new("bad-text", "meter and unit must be plain strings without escapes, at most 64 bytes.");

    private const int RevisionMax = 1_000_000;
    private const int TextMax = 64;

    private readonly ReadOnlySpan<byte> payload;
    private Utf8JsonReader reader;
    private bool plain;
    private bool started;

    public JsonReadings(ReadOnlySpan<byte> payload)
    {
        this.payload = payload;
        plain = true;
    }

    /// <summary>Set when the payload as a whole cannot be read; items given before it must be taken back.</summary>
    public Fault? Broken { get; private set; }

    /// <summary>The next item; false at the end or when <see cref="Broken"/>.</summary>
    public bool Next(out PayloadItem item)
    {
        item = default;
        if (plain && !started && TryPlain(out item))
        {
            started = true;
            return true;
        }
        if (plain && started) return false;
        plain = false;
        try
        {
            return NextParsed(out item);
        }
        catch (JsonException)
        {
            Broken = BadJson;
            return false;
        }
    }

    /// <summary><c>{"ts":"2025-11-16T00:00:00+08:00","value":"1234.56"}</c>, no white space, nothing else.</summary>
    private readonly bool TryPlain(out PayloadItem item)
    {
        item = default;
        const int TimeAt = 7, ValueAt = TimeAt + 25 + 11;
        if (payload.Length < ValueAt + 3 || !payload.StartsWith("{\"ts\":\""u8)) return false;
        if (!payload[(TimeAt + 25)..].StartsWith("\",\"value\":\""u8) || !payload.EndsWith("\"}"u8)) return false;
        if (!Timestamp.TryParse(payload.Slice(TimeAt, 25), out var time)) return false;
        if (RegisterValue.Parse(payload[ValueAt..^2], out var value, out var rounded) != ValueFault.None) return false;
        item = new PayloadItem { Raw = payload, TimeMs = time, Value = value, Rounded = rounded };
        return true;
    }

    private bool NextParsed(out PayloadItem item)
    {
        item = default;
        if (!started && !Start(out item)) return Broken is null;
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray) return Finish();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Broken = BadShape;
            return false;
        }
        item = ReadItem(default, out _);
        return true;
    }

    /// <summary>Steps into the outer form. False with an item: the payload is that single item.</summary>
    private bool Start(out PayloadItem item)
    {
        item = default;
        started = true;
        reader = new Utf8JsonReader(payload, Options);
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            Broken = BadShape;
            return false;
        }
        if (reader.TokenType == JsonTokenType.StartArray) return true;
        item = ReadItem(payload, out var list);
        if (list) return true;
        return false;
    }

    private bool Finish()
    {
        // Behind a list may follow the rest of its object; it must be well-formed but says nothing to us.
        while (reader.Read())
        {
        }
        return false;
    }

    private PayloadItem ReadItem(ReadOnlySpan<byte> whole, out bool list)
    {
        list = false;
        var start = (int)reader.TokenStartIndex;
        long time = 0, value = 0;
        var (hasTime, hasValue, rounded, revision) = (false, false, false, 0);
        var register = Register.Total;
        ReadOnlySpan<byte> meter = default, unit = default;
        Fault? fault = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!whole.IsEmpty && reader.ValueTextEquals("readings"u8))
            {
                reader.Read();
                list = reader.TokenType == JsonTokenType.StartArray;
                if (!list) throw new JsonException("readings is not an array");
                return default;
            }
            if (reader.ValueTextEquals("ts"u8)) hasTime = ReadTime(out time);
            else if (reader.ValueTextEquals("value"u8)) fault ??= ReadValue(out value, out rounded, out hasValue);
            else if (reader.ValueTextEquals("meter"u8)) fault ??= ReadText(out meter);
            else if (reader.ValueTextEquals("unit"u8)) fault ??= ReadText(out unit);
            else if (reader.ValueTextEquals("register"u8)) fault ??= ReadRegister(out register);
            else if (reader.ValueTextEquals("rev"u8)) fault ??= ReadRevision(out revision);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        if (reader.TokenType != JsonTokenType.EndObject) throw new JsonException("object cut short");
        if (!whole.IsEmpty && reader.Read()) throw new JsonException("text after the object");
        return new PayloadItem
        {
            Meter = meter,
            Unit = unit,
            Raw = payload[start..(int)reader.BytesConsumed],
            Register = register,
            TimeMs = time,
            Value = value,
            Revision = revision,
            Rounded = rounded,
            Fault = fault ?? (hasTime ? hasValue ? null : NoValue : NoTime),
        };
    }

    private bool ReadTime(out long time)
    {
        time = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped) return Timestamp.TryParse(reader.ValueSpan, out time);
        if (reader.TokenType == JsonTokenType.Number) return Timestamp.TryParseEpoch(reader.ValueSpan, out time);
        reader.Skip();
        return false;
    }

    private Fault? ReadValue(out long value, out bool rounded, out bool read)
    {
        (value, rounded, read) = (0, false, false);
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            reader.Skip();
            return NoValue;
        }
        var fault = RegisterValue.Parse(reader.ValueSpan, out value, out rounded);
        read = fault == ValueFault.None;
        return fault switch
        {
            ValueFault.None => null,
            ValueFault.Negative => NegativeValue,
            ValueFault.TooLarge => LargeValue,
            _ => NoValue,
        };
    }

    private Fault? ReadText(out ReadOnlySpan<byte> text)
    {
        text = default;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length is > 0 and <= TextMax)
        {
            text = reader.ValueSpan;
            return null;
        }
        reader.Skip();
        return Escaped;
    }

    private Fault? ReadRegister(out Register register)
    {
        register = Register.Total;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("total"u8)) return null;
            for (var tariff = Register.T1; tariff <= Register.T4; tariff++)
            {
                if (!reader.ValueTextEquals([(byte)'T', (byte)('0' + (int)tariff)])) continue;
                register = tariff;
                return null;
            }
        }
        reader.Skip();
        return BadRegister;
    }

    private Fault? ReadRevision(out int revision)
    {
        revision = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out revision) && revision is >= 0 and <= RevisionMax) return null;
        reader.Skip();
        return BadRevision;
    }
}
