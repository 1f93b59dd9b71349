using System.Text.Json;
using System.Text.Unicode;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake;

/// <summary>
/// Reads the JSON payloads of the contract: an object, an array, or <c>{"readings":[…]}</c>. Total: any bytes give items or a fault. Allocates
/// nothing for good input.
/// </summary>
public ref struct JsonReadings : IPayloadItems
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private const int RevisionMax = 1_000_000;
    private const int TextMax = 64;

    private readonly ReadOnlySpan<byte> payload;
    private Utf8JsonReader reader;
    private bool started;

    public JsonReadings(ReadOnlySpan<byte> payload) => this.payload = payload;

    public Fault? Broken { get; private set; }

    public bool Next(out PayloadItem item)
    {
        item = default;
        try
        {
            return NextParsed(out item);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader throws the latter for a key that is no UTF-16 once its escapes are undone.
            Broken = Faults.BadJson;
            return false;
        }
    }

    public readonly byte[] Alone(in PayloadItem item) => item.Raw.ToArray();

    private bool NextParsed(out PayloadItem item)
    {
        item = default;
        if (!started && !Start(out item)) return Broken is null;
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray) return Finish();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Broken = Faults.BadShape;
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
        // The reader looks into strings only where it is asked to.
        if (!Utf8.IsValid(payload)) throw new JsonException("not UTF-8");
        reader = new Utf8JsonReader(payload, Options);
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            Broken = Faults.BadShape;
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
            Fault = fault ?? (hasTime ? hasValue ? null : Faults.NoValue : Faults.NoTime),
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
            return Faults.NoValue;
        }
        var fault = RegisterValue.Parse(reader.ValueSpan, out value, out rounded);
        read = fault == ValueFault.None;
        return Faults.Of(fault);
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
        return Faults.BadText;
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
        return Faults.BadRegister;
    }

    private Fault? ReadRevision(out int revision)
    {
        revision = 0;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out revision) && revision is >= 0 and <= RevisionMax) return null;
        reader.Skip();
        return Faults.BadRevision;
    }
}
