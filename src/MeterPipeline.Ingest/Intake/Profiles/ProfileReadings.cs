using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ingest.Intake.Profiles;

/// <summary>
/// Reads a message by a profile's pointers. Total. The message becomes a document in pooled memory first: pointers may lead anywhere, and a
/// head-end's batch is one message for many meters.
/// </summary>
public ref struct ProfileReadings : IPayloadItems, IDisposable
{
    /// <summary>Bytes around the items: each item in quarantine keeps them.</summary>
    private const int EnvelopeMax = 4_096;

    private const int TextMax = 64;

    private readonly Profile profile;
    private readonly JsonDocument? document;
    private readonly JsonElement root;
    private readonly JsonElement list;
    private readonly int count;
    private JsonElement item;
    private int nextItem;
    private int nextValue;
    private bool found;

    public ProfileReadings(ReadOnlySpan<byte> payload, Profile profile)
    {
        this.profile = profile;
        nextValue = profile.Values.Count;
        found = true;
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 16 });
            document = JsonDocument.ParseValue(ref reader);
            if (reader.Read() || !Utf8.IsValid(payload)) Broken = Faults.BadJson;
            root = document.RootElement;
            list = profile.Items is null ? root : profile.Items.Find(root, root) ?? default;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            Broken = Faults.BadJson;
        }
        if (Broken is not null) return;
        if (profile.Items is null) count = 1;
        else if (list.ValueKind != JsonValueKind.Array) Broken = Faults.ProfileItems(profile.Id, profile.Items.Text);
        else if (Raw(root).Length - Raw(list).Length > EnvelopeMax) Broken = Faults.LargeEnvelope;
        else count = list.GetArrayLength();
    }

    public Fault? Broken { get; private set; }

    public readonly void Dispose() => document?.Dispose();

    public bool Next(out PayloadItem reading)
    {
        reading = default;
        try
        {
            while (Broken is null)
            {
                while (nextValue < profile.Values.Count)
                {
                    var wanted = profile.Values[nextValue++];
                    if (wanted.At.Find(item, root) is not { ValueKind: not JsonValueKind.Null }) continue;
                    found = true;
                    if (!IsWanted(wanted, out var register)) continue;
                    reading = Read(wanted, register);
                    return true;
                }
                if (!found)
                {
                    found = true;
                    reading = new PayloadItem { Fault = Faults.ProfileValue(profile.Id, profile.Values[0].At.Text) };
                    return true;
                }
                if (nextItem == count) return false;
                item = profile.Items is null ? root : list[nextItem];
                (nextItem, nextValue, found) = (nextItem + 1, 0, false);
            }
            return false;
        }
        catch (InvalidOperationException)
        {
            Broken = Faults.BadJson; // a key that is no UTF-16 when its escapes are undone
            return false;
        }
    }

    /// <summary>The message with this item as its only one.</summary>
    public readonly byte[] Alone(in PayloadItem reading)
    {
        var whole = Raw(root);
        if (profile.Items is null) return whole.ToArray();
        var array = Raw(list);
        whole.Overlaps(array, out var start);
        return [.. whole[..start], (byte)'[', .. Raw(item), (byte)']', .. whole[(start + array.Length)..]];
    }

    private static ReadOnlySpan<byte> Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>Text or number at a pointer, without quotes; empty: nothing there, or nothing plain.</summary>
    private readonly ReadOnlySpan<byte> PlainAt(JsonPointer pointer)
    {
        var place = pointer.Find(item, root);
        if (place?.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) return default;
        var raw = Raw(place.Value);
        if (raw[0] == '"') raw = raw[1..^1];
        return raw.Length <= TextMax && !raw.Contains((byte)'\\') ? raw : default;
    }

    /// <summary>False for a register that is passed over.</summary>
    /// <param name="register">Null: the item names none that the profile knows.</param>
    private readonly bool IsWanted(ProfileValue wanted, out Register? register)
    {
        register = wanted.Register;
        if (wanted.RegisterAt is null) return true;
        register = null;
        var named = PlainAt(wanted.RegisterAt);
        foreach (var (word, meant) in wanted.Words)
        {
            if (!named.SequenceEqual(word)) continue;
            register = meant;
            return meant is not null;
        }
        return true;
    }

    private readonly PayloadItem Read(ProfileValue wanted, Register? register)
    {
        var timed = TryTime(PlainAt(profile.TimeAt), out var timeMs);
        var fault = ExactNumber.Parse(PlainAt(wanted.At), out var number);
        long value = 0;
        var rounded = false;
        if (fault == ValueFault.None) fault = number.ToRegister(wanted.Unit.Divisor, out value, out rounded);
        return new PayloadItem
        {
            Meter = profile.Meter is null ? default : PlainAt(profile.Meter),
            Unit = wanted.Unit.Canonical,
            Register = register ?? Register.Total,
            TimeMs = timeMs,
            Value = value,
            Rounded = rounded,
            Fault = register is null ? Faults.BadRegister
                : !timed ? Faults.ProfileTime(profile.Id, profile.TimeAt.Text)
                : fault == ValueFault.NotANumber ? Faults.ProfileValue(profile.Id, wanted.At.Text)
                : Faults.Of(fault),
        };
    }

    private readonly bool TryTime(ReadOnlySpan<byte> text, out long timeMs)
    {
        timeMs = 0;
        switch (profile.TimeForm)
        {
            case ProfileTimeForm.Rfc3339: return Timestamp.TryParse(text, out timeMs);
            case ProfileTimeForm.EpochMs: return Timestamp.TryParseEpoch(text, out timeMs);
            case ProfileTimeForm.EpochSeconds: return ExactNumber.Parse(text, out var seconds) == ValueFault.None && seconds.TryFloorToThousandths(out timeMs);
            default:
                Span<byte> zoned = stackalloc byte[TextMax + 6];
                text.CopyTo(zoned);
                profile.Zone.CopyTo(zoned[text.Length..]);
                return Timestamp.TryParse(zoned[..(text.Length + profile.Zone.Length)], out timeMs);
        }
    }
}
