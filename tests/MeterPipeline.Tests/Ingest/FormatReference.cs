using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Tests.Ingest;

/// <summary>An item as a format gives it, before anybody asks whose meter it is.</summary>
internal sealed record ReferenceItem(string Meter, Register Register, long TimeMs, long Value, string Unit, int Revision);

/// <summary>
/// The formats once more, written to be obviously right: documents, exact fractions, no thought of speed. Null stands for an item or a message
/// that must not be taken.
/// </summary>
internal static class FormatReference
{
    private static readonly string[] ContractKeys = ["ts", "value", "meter"];
    private static readonly string[] SenmlLabels = ["bver", "bn", "bt", "bu", "bv", "bs", "n", "t", "u", "v", "s", "vs", "vb", "vd"];

    /// <summary>Items of a message on a topic of the contract; null: the message is refused whole.</summary>
    public static List<ReferenceItem?>? Read(byte[] payload, long nowMs)
    {
        try
        {
            using var document = JsonDocument.Parse(new UTF8Encoding(false, true).GetString(payload), new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (IsSenml(root)) return Senml(root, nowMs);
            if (root.ValueKind == JsonValueKind.Array) return [.. root.EnumerateArray().Select(item => OrNull(() => Contract(item)))];
            if (root.ValueKind != JsonValueKind.Object) return null;
            return Last(root, "readings") is { } list ? [.. list.EnumerateArray().Select(item => OrNull(() => Contract(item)))] : [OrNull(() => Contract(root))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsSenml(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0 || root[0].ValueKind != JsonValueKind.Object) return false;
        var keys = root[0].EnumerateObject().Select(p => p.Name).ToList();
        return !keys.Intersect(ContractKeys).Any() && keys.Intersect(SenmlLabels).Any();
    }

    /// <summary>A text that is none when its escapes are undone spoils its item.</summary>
    private static ReferenceItem? OrNull(Func<ReferenceItem?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static ReferenceItem? Contract(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object) throw new JsonException();
        foreach (var key in (string[])["meter", "unit"])
            if (item.EnumerateObject().Any(p => p.NameEquals(key) && (p.Value.ValueKind != JsonValueKind.String || Bytes(p.Value) is < 1 or > 64))) return null;
        if (Time(Last(item, "ts")) is not { } time || Number(Last(item, "value"), true) is not { } number || Round(number) is not { } value) return null;
        if (Last(item, "register") is { } name && !Registers.ContainsKey(name.ValueKind == JsonValueKind.String ? name.GetString()! : "")) return null;
        var register = Last(item, "register") is { } r ? Registers[r.GetString()!] : Register.Total;
        var revision = 0;
        if (Last(item, "rev") is { } rev && (rev.ValueKind != JsonValueKind.Number || !rev.TryGetInt32(out revision) || revision is < 0 or > 1_000_000)) return null;
        return new ReferenceItem(Last(item, "meter")?.GetString() ?? "", register, time, value, Last(item, "unit")?.GetString() ?? "", revision);
    }

    /// <summary>Resolves every record first (RFC 8428, 4.6), then reads it.</summary>
    private static List<ReferenceItem?>? Senml(JsonElement root, long nowMs)
    {
        var (items, said, bases) = (new List<ReferenceItem?>(), false, new Dictionary<string, JsonElement>());
        foreach (var record in root.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object) return null;
            foreach (var field in record.EnumerateObject())
            {
                if (field.Name == "bver" && !(field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out var version) && version is >= 1 and <= 10)) return null;
                if (field.Name.EndsWith('_') && !SenmlLabels.Contains(field.Name)) return null;
                if (field.Name is "bn" or "bt" or "bu" or "bv" or "bs") bases[field.Name] = field.Value;
            }
            if (bases.Any(b => b.Value.ValueKind != (b.Key is "bn" or "bu" ? JsonValueKind.String : JsonValueKind.Number))) return null;
            JsonElement? Own(string label) => Last(record, label);
            JsonElement? Base(string label) => bases.TryGetValue(label, out var found) ? found : null;
            var other = Own("vs") ?? Own("vb") ?? Own("vd");
            var empty = ((string[])["n", "t", "u", "v", "s"]).All(label => Own(label) is null);
            said |= other is not null || !empty;
            if (empty || (other is not null && Own("s") is null)) continue;
            items.Add(OrNull(() => Resolved(Own, Base, nowMs)));
        }
        return said ? items : null;
    }

    private static ReferenceItem? Resolved(Func<string, JsonElement?> own, Func<string, JsonElement?> bases, long nowMs)
    {
        if (own("n") is { ValueKind: not JsonValueKind.String } || own("u") is { ValueKind: not JsonValueKind.String }) return null;
        var name = bases("bn")?.GetString() + own("n")?.GetString();
        if (Encoding.UTF8.GetByteCount(name) > 128) return null;
        var cut = name.LastIndexOfAny(['/', ':']);
        var register = Registers.TryGetValue(name[(cut + 1)..], out var found) ? found : (Register?)null;
        var meter = register is null ? name : name[..Math.Max(cut, 0)];
        if ((own("u") ?? bases("bu")) is { } given && Bytes(given) is < 1 or > 64) return null;
        var unit = (own("u") ?? bases("bu"))?.GetString() ?? "";
        if (Sum(bases("bt"), own("t")) is not { } seconds) return null;
        var time = (long)BigInteger.Max(long.MinValue / 2, BigInteger.Min(long.MaxValue / 2, seconds.Floor(1000)));
        if (time < (1L << 28) * 1000) time += nowMs;
        var sum = bases("bs") is not null || own("s") is not null;
        if (!sum && bases("bv") is null && own("v") is null) return null;
        if (Sum(bases(sum ? "bs" : "bv"), own(sum ? "s" : "v")) is not { } number) return null;
        var (canonical, factor) = unit switch
        {
            "kWh" => ("kWh", new Fraction(1, 1)),
            "Wh" => ("kWh", new Fraction(1, 1000)),
            "MWh" => ("kWh", new Fraction(1000, 1)),
            "J" => ("kWh", new Fraction(1, 3_600_000)),
            "MJ" => ("kWh", new Fraction(10, 36)),
            "m3" or "m³" => ("m3", new Fraction(1, 1)),
            "l" or "L" => ("m3", new Fraction(1, 1000)),
            _ => (unit, new Fraction(1, 1)),
        };
        return Round(number.Times(factor)) is { } value ? new ReferenceItem(meter, register ?? Register.Total, time, value, canonical, 0) : null;
    }

    private static readonly Dictionary<string, Register> Registers = new() { ["total"] = Register.Total, ["T1"] = Register.T1, ["T2"] = Register.T2, ["T3"] = Register.T3, ["T4"] = Register.T4 };

    private static Fraction? Sum(JsonElement? first, JsonElement? second)
    {
        var (a, b) = (first is null ? new Fraction(0, 1) : Number(first, false), second is null ? new Fraction(0, 1) : Number(second, false));
        return a is { } x && b is { } y ? x.Plus(y) : null;
    }

    private static Fraction? Number(JsonElement? element, bool textToo)
    {
        if (element is not { } given || !(given.ValueKind == JsonValueKind.Number || (textToo && given.ValueKind == JsonValueKind.String))) return null;
        var text = given.ValueKind == JsonValueKind.Number ? given.GetRawText() : given.GetString()!;
        var match = Regex.Match(text, @"^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$");
        if (!match.Success || match.Groups[2].Length + match.Groups[3].Length == 0 || text.Length > 64) return null;
        var digits = BigInteger.Parse(match.Groups[2].Value + match.Groups[3].Value, CultureInfo.InvariantCulture) * (match.Groups[1].Value == "-" ? -1 : 1);
        var power = (match.Groups[4].Success ? (int)BigInteger.Clamp(BigInteger.Parse(match.Groups[4].Value, CultureInfo.InvariantCulture), -999, 999) : 0) - match.Groups[3].Length;
        return power >= 0 ? new Fraction(digits * BigInteger.Pow(10, power), 1) : new Fraction(digits, BigInteger.Pow(10, -power));
    }

    /// <summary>0.0001 kWh or m³, half to even; null: negative or too large.</summary>
    private static long? Round(Fraction number)
    {
        if (number.Over < 0) return null;
        var twice = BigInteger.DivRem(number.Over * 20_000, number.Under, out var rest);
        var (half, odd) = (twice / 2, !twice.IsEven);
        var up = odd && (rest > 0 || !half.IsEven);
        return half <= Quantity.Max ? (long)(half + (up ? 1 : 0)) : null;
    }

    private static long? Time(JsonElement? element)
    {
        if (element is not { } given) return null;
        if (given.ValueKind == JsonValueKind.Number) return long.TryParse(given.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;
        if (given.ValueKind != JsonValueKind.String) return null;
        var text = given.GetString()!;
        var match = Regex.Match(text, @"^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|([+-])(\d{2}):(\d{2}))$");
        if (!match.Success || !DateTime.TryParseExact($"{match.Groups[1]} {match.Groups[2]}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)) return null;
        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        if (Part(6) > 23 || Part(7) > 59) return null;
        var fraction = (match.Groups[3].Value + "000")[(match.Groups[3].Success ? 1 : 0)..][..3];
        var zone = (Part(6) * 60 + Part(7)) * 60_000L * (match.Groups[5].Value == "-" ? -1 : 1);
        return (local.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond + int.Parse(fraction, CultureInfo.InvariantCulture) - zone;
    }

    private static JsonElement? Last(JsonElement item, string key) => item.TryGetProperty(key, out var found) ? found : null;

    private static int Bytes(JsonElement text) => Encoding.UTF8.GetByteCount(text.GetString()!);

    private readonly record struct Fraction(BigInteger Over, BigInteger Under)
    {
        public Fraction Plus(Fraction other) => new(Over * other.Under + other.Over * Under, Under * other.Under);

        public Fraction Times(Fraction other) => new(Over * other.Over, Under * other.Under);

        public BigInteger Floor(int times)
        {
            var quotient = BigInteger.DivRem(Over * times, Under, out var rest);
            return rest.Sign < 0 ? quotient - 1 : quotient;
        }
    }
}
