using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake;

/// <summary>
/// Reads SenML packs in JSON (RFC 8428). Base fields go forward to later records (4.1); the register is the sum <c>bs</c> + <c>s</c> where there
/// is one, else the value <c>bv</c> + <c>v</c>, a missing part being zero (4.5.4). A time below 2^28 s counts from the receipt (4.5.3). The
/// resolved name is <c>METER</c>, <c>METER/T1</c> or <c>METER:T1</c>, or on a meter's own topic the register alone or nothing. Records of text,
/// truth and data values are no registers and are passed over. Total, and without allocation for good input.
/// </summary>
public ref struct SenmlReadings : IPayloadItems
{
    /// <summary>Room for a resolved name, bytes.</summary>
    public const int NameRoom = 128;

    private const int UnitMax = 64;
    private const int VersionMax = 10;

    /// <summary>2^28 s: from here on a time is absolute.</summary>
    private const long AbsoluteFromMs = (1L << 28) * 1000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private readonly ReadOnlySpan<byte> payload;
    private readonly long nowMs;
    private readonly Span<byte> name;
    private Utf8JsonReader reader;
    private Fields bases;
    private Fields record;
    private bool otherValue;
    private bool any;

    /// <param name="nowMs">Time of receipt, from which relative times count.</param>
    /// <param name="name">At least <see cref="NameRoom"/> bytes.</param>
    public SenmlReadings(ReadOnlySpan<byte> payload, long nowMs, Span<byte> name)
    {
        this.payload = payload;
        this.nowMs = nowMs;
        this.name = name;
        reader = new Utf8JsonReader(payload, Options);
        if (!Utf8.IsValid(payload)) Broken = Faults.BadJson;
    }

    public Fault? Broken { get; private set; }

    /// <summary>
    /// True for an array whose first element is an object with a SenML label and none of the contract's own keys, which end the search.
    /// </summary>
    public static bool Recognises(ReadOnlySpan<byte> payload) => payload is [not (byte)'{', ..] && IsPack(payload);

    public bool Next(out PayloadItem item)
    {
        item = default;
        if (Broken is not null) return false;
        try
        {
            if (reader.TokenType == JsonTokenType.None && (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)) return Break(Faults.BadSenml);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject) return Break(Faults.BadSenml);
                if (!ReadRecord()) return false;
                any |= otherValue || !record.IsEmpty;
                if (record.IsEmpty || (otherValue && record.Sum.IsEmpty)) continue;
                item = Resolve();
                return true;
            }
            while (reader.Read())
            {
            }
            return !any && Break(Faults.BadSenml);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Break(Faults.BadJson);
        }
    }

    /// <summary>The record with the bases that hold for it and, where it can be told, its absolute time.</summary>
    public readonly byte[] Alone(in PayloadItem item)
    {
        var text = new StringBuilder("[{");
        Write("bn", bases.Name);
        Write("n", record.Name);
        Write("bu", bases.Unit);
        Write("u", record.Unit);
        Write("bv", bases.Value);
        Write("v", record.Value);
        Write("bs", bases.Sum);
        Write("s", record.Sum);
        var absolute = ResolveTime(out var timeMs) is null && timeMs >= AbsoluteFromMs;
        if (absolute) text.Append(CultureInfo.InvariantCulture, $"\"t\":{timeMs / 1000}.{timeMs % 1000:000}");
        else Write("bt", bases.Time);
        if (!absolute) Write("t", record.Time);
        return Encoding.UTF8.GetBytes(text.ToString().TrimEnd(',') + "}]");

        void Write(string label, ReadOnlySpan<byte> token)
        {
            if (!token.IsEmpty) text.Append('"').Append(label).Append("\":").Append(Encoding.UTF8.GetString(token)).Append(',');
        }
    }

    private static bool IsPack(ReadOnlySpan<byte> payload)
    {
        var start = payload.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0 || payload[start] != '[') return false;
        var reader = new Utf8JsonReader(payload, Options);
        try
        {
            if (!reader.Read() || !reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            var seen = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("ts"u8) || reader.ValueTextEquals("value"u8) || reader.ValueTextEquals("meter"u8)) return false;
                seen |= LabelOf(in reader) is not (Label.Unknown or Label.MustUnderstand);
                reader.Read();
                reader.Skip();
            }
            return seen;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false; // the contract's decoder names what is wrong with it
        }
    }

    private bool Break(Fault fault)
    {
        Broken = fault;
        return false;
    }

    /// <summary>Takes the tokens of one record; what they mean is decided when all are there, for their order is free.</summary>
    private bool ReadRecord()
    {
        record = default;
        otherValue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var label = LabelOf(in reader);
            if (label == Label.MustUnderstand) return Break(Faults.SenmlExtension);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var token = payload[start..(int)reader.BytesConsumed];
            switch (label)
            {
                case Label.Version when !Utf8Parser.TryParse(token, out int version, out var used) || used != token.Length || version is < 1 or > VersionMax:
                    return Break(Faults.SenmlExtension);
                case Label.BaseName: bases.Name = token; break;
                case Label.BaseTime: bases.Time = token; break;
                case Label.BaseUnit: bases.Unit = token; break;
                case Label.BaseValue: bases.Value = token; break;
                case Label.BaseSum: bases.Sum = token; break;
                case Label.Name: record.Name = token; break;
                case Label.Time: record.Time = token; break;
                case Label.Unit: record.Unit = token; break;
                case Label.Value: record.Value = token; break;
                case Label.Sum: record.Sum = token; break;
                case Label.OtherValue: otherValue = true; break;
            }
        }
        var fits = Is(bases.Name, '"') && Is(bases.Unit, '"') && IsNumber(bases.Time) && IsNumber(bases.Value) && IsNumber(bases.Sum);
        return fits || Break(Faults.BadSenml);
    }

    private readonly PayloadItem Resolve()
    {
        var fault = ResolveName(out var meter, out var register);
        var unitFault = ResolveUnit(out var unit, out var named);
        var timeFault = ResolveTime(out var timeMs);
        var valueFault = ResolveValue(unit, out var value, out var rounded);
        return new PayloadItem
        {
            Meter = meter,
            Unit = named,
            Register = register,
            TimeMs = timeMs,
            Value = value,
            Rounded = rounded,
            Fault = fault ?? unitFault ?? timeFault ?? valueFault,
        };
    }

    private readonly Fault? ResolveName(out ReadOnlySpan<byte> meter, out Register register)
    {
        meter = default;
        register = Register.Total;
        var length = 0;
        if (!Append(bases.Name, ref length) || !Append(record.Name, ref length)) return Faults.BadText;
        ReadOnlySpan<byte> full = name[..length];
        var cut = full.LastIndexOfAny((byte)'/', (byte)':');
        var found = RegisterNames.Contract.Find(full[(cut + 1)..]);
        register = found ?? Register.Total;
        meter = found is null ? full : full[..Math.Max(cut, 0)];
        return null;
    }

    /// <summary>Adds a string token to the name, escapes undone.</summary>
    private readonly bool Append(ReadOnlySpan<byte> token, ref int length)
    {
        if (token.IsEmpty) return true;
        if (token[0] != '"' || token.Length - 2 > NameRoom - length) return false;
        var text = new Utf8JsonReader(token);
        text.Read();
        length += text.CopyString(name[length..]);
        return true;
    }

    /// <summary>A unit that does not convert is passed on as it is: the check against the meter names it.</summary>
    private readonly Fault? ResolveUnit(out Units unit, out ReadOnlySpan<byte> named)
    {
        unit = Units.OfMeter;
        named = default;
        var token = record.Unit.IsEmpty ? bases.Unit : record.Unit;
        if (token.IsEmpty) return null;
        if (token[0] != '"' || token.Length - 2 is < 1 or > UnitMax || token.Contains((byte)'\\')) return Faults.BadText;
        named = token[1..^1];
        if (!Units.TryFind(named, out var known)) return null;
        unit = known;
        named = known.Canonical;
        return null;
    }

    private readonly Fault? ResolveTime(out long timeMs)
    {
        timeMs = 0;
        ExactNumber baseTime = default, time = default;
        if (!bases.Time.IsEmpty && ExactNumber.Parse(bases.Time, out baseTime) != ValueFault.None) return Faults.SenmlTime;
        if (!record.Time.IsEmpty && (record.Time[0] == '"' || ExactNumber.Parse(record.Time, out time) != ValueFault.None)) return Faults.SenmlTime;
        if (ExactNumber.Add(baseTime, time) is not { } sum || !sum.TryFloorToThousandths(out timeMs)) return Faults.SenmlTime;
        if (timeMs < AbsoluteFromMs) timeMs += nowMs;
        return null;
    }

    private readonly Fault? ResolveValue(Units unit, out long value, out bool rounded)
    {
        (value, rounded) = (0, false);
        var sum = !(bases.Sum.IsEmpty && record.Sum.IsEmpty);
        var start = sum ? bases.Sum : bases.Value;
        var more = sum ? record.Sum : record.Value;
        if (start.IsEmpty && more.IsEmpty) return Faults.NoValue;
        ExactNumber a = default, b = default;
        if (!start.IsEmpty && Faults.Of(ExactNumber.Parse(start, out a)) is { } badBase) return badBase;
        if (!more.IsEmpty && Faults.Of(ExactNumber.Parse(more, out b)) is { } badValue) return badValue;
        return ExactNumber.Add(a, b) is { } total ? Faults.Of(total.ToRegister(unit.Divisor, out value, out rounded)) : Faults.NoValue;
    }

    private static bool Is(ReadOnlySpan<byte> token, char first) => token.IsEmpty || token[0] == first;

    private static bool IsNumber(ReadOnlySpan<byte> token) => token.IsEmpty || token[0] == '-' || char.IsAsciiDigit((char)token[0]);

    private static Label LabelOf(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return LabelOf(reader.ValueSpan);
        if (reader.ValueSpan.Length > NameRoom) throw new JsonException("an escaped key too long to be undone");
        Span<byte> key = stackalloc byte[NameRoom];
        return LabelOf(key[..reader.CopyString(key)]);
    }

    private static Label LabelOf(ReadOnlySpan<byte> key) =>
        key.Length switch
        {
            1 => key[0] switch
            {
                (byte)'n' => Label.Name,
                (byte)'t' => Label.Time,
                (byte)'u' => Label.Unit,
                (byte)'v' => Label.Value,
                (byte)'s' => Label.Sum,
                var other => other == '_' ? Label.MustUnderstand : Label.Unknown,
            },
            2 when key[0] == 'b' => key[1] switch
            {
                (byte)'n' => Label.BaseName,
                (byte)'t' => Label.BaseTime,
                (byte)'u' => Label.BaseUnit,
                (byte)'v' => Label.BaseValue,
                (byte)'s' => Label.BaseSum,
                var other => other == '_' ? Label.MustUnderstand : Label.Unknown,
            },
            2 when key[0] == 'v' && key[1] is (byte)'s' or (byte)'b' or (byte)'d' => Label.OtherValue,
            4 when key.SequenceEqual("bver"u8) => Label.Version,
            _ => key is [.., (byte)'_'] ? Label.MustUnderstand : Label.Unknown,
        };

    private enum Label : byte { Unknown, Version, BaseName, BaseTime, BaseUnit, BaseValue, BaseSum, Name, Time, Unit, Value, Sum, OtherValue, MustUnderstand }

    /// <summary>Tokens as they stand in the payload, strings with their quotes; empty: none.</summary>
    private ref struct Fields
    {
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Time;
        public ReadOnlySpan<byte> Unit;
        public ReadOnlySpan<byte> Value;
        public ReadOnlySpan<byte> Sum;

        public readonly bool IsEmpty => Name.IsEmpty && Time.IsEmpty && Unit.IsEmpty && Value.IsEmpty && Sum.IsEmpty;
    }
}
