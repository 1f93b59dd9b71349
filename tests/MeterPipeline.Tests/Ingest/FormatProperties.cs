using System.Text;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Ingest.Intake.Sparkplug;
using MeterPipeline.Profiles;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Ingest;

/// <summary>
/// Any bytes give items or a named reason: nothing throws, and nothing is taken that the reference would not take. Seeded; a failure prints the
/// payload.
/// </summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class FormatProperties
{
    private const long NowMs = 1_764_561_600_000;

    private static readonly string[] Sound =
    [
        """{"ts":"2025-11-16T00:00:00+08:00","value":"1234.56"}""",
        """{"readings":[{"meter":"E1","ts":1763222400000,"value":0.00005,"register":"T1","rev":1,"unit":"kWh"},{"meter":"E2","ts":"2025-11-16T00:00:00Z","value":"2e3"}]}""",
        """[{"meter":"E1","ts":"2025-11-16T00:00:00.123+08:00","value":999999999999.9999,"other":{"a":[1,null]}}]""",
        """[{"bn":"E","bt":1763222400,"bu":"kWh","bv":0.1,"n":"1/T1","v":1234.56},{"n":"2","t":-3600,"v":1e2},{"bs":10,"s":0.00005,"u":"J"}]""",
        """[{"n":"E1:T2","t":1.7632224e9,"u":"Wh","s":360.0000000000000000001},{"bn":"E2","bt":-5,"s":2,"vs":"x"}]""",
    ];

    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ",", ":", "\"", "\\", "-", ".", "e", "0", "9", "null", "true", "\"ts\":", "\"value\":", "\"n\":", "\"s\":", "\"t\":", "\"bt\":", "\"bs\":", "\"bn\":", "\"u\":", "\"vb\":", "\"x_\":1,", "\"T1\"", "1e400", "0.00005", "268435456", "\\u006e", "Ω", " "];

    [Fact]
    public void Texts_are_taken_as_the_reference_takes_them_or_not_at_all()
    {
        var dice = new Random(1);
        var (tried, taken, same) = (Effort.Times(3_000), 0, 0);
        for (var i = 0; i < tried; i++)
        {
            var payload = Mutated(Encoding.UTF8.GetBytes(Sound[dice.Next(Sound.Length)]), dice);
            var found = Read(payload);
            if (found is null || found.All(item => item is null)) continue;
            taken++;
            var reference = FormatReference.Read(payload, NowMs);
            Assert.True(reference is not null && reference.Count == found.Count, $"{Encoding.UTF8.GetString(payload)} gives {found.Count} items, the reference {reference?.Count}");
            for (var k = 0; k < found.Count; k++)
            {
                if (found[k] is null) continue;
                Assert.True(found[k] == reference![k], $"{Encoding.UTF8.GetString(payload)} gives {found[k]}, the reference {reference![k]}");
                same++;
            }
        }
        Assert.True(taken > tried / 6 && same > tried / 4, $"{taken} taken, {same} items compared: the mutations leave nothing to compare");
    }

    [Fact]
    public void What_the_reference_takes_of_sound_payloads_is_taken()
    {
        foreach (var sound in Sound)
        {
            var reference = FormatReference.Read(Encoding.UTF8.GetBytes(sound), NowMs)!;
            Assert.DoesNotContain(null, reference);
            Assert.Equal(reference, Read(Encoding.UTF8.GetBytes(sound))!);
        }
    }

    [Fact]
    public void No_bytes_throw_in_any_format()
    {
        var dice = new Random(2);
        var births = new SparkplugBirths(Names, 1_000);
        var profiles = ProfileFiles.Load(Repository.PathOf("deploy", "profiles"));
        var sparkplug = SparkplugEncoder.Payload(["payload ts=2025-11-16T00:00:00Z seq=1", "metric name=total alias=1 type=10 double=1.5", "metric alias=1 long=7", "metric name=T1 int=5 ts=2025-11-16T00:00:00Z"]);
        var headend = Encoding.UTF8.GetBytes("""{"v":1,"items":[{"meter":"E1","reg":"1.8.0","t":"2025-11-16T00:00:00+08:00","val":"012345.67","\ud800":0}],"Time":"2025-11-16T18:59:50","ENERGY":{"Total":1.956}}""");
        var tried = Effort.Times(20_000);
        string[] topics = ["spBv1.0/grid/NBIRTH/edge", "spBv1.0/grid/DBIRTH/edge/E1", "spBv1.0/grid/DDATA/edge/E1", "spBv1.0/grid/NDEATH/edge", "spBv1.0/grid/DDEATH/edge/E1"];
        for (var i = 0; i < tried; i++)
        {
            var payload = i % 2 == 0 ? Noise(dice) : Mutated(sparkplug, dice);
            var message = new SparkplugMessage(payload);
            var refused = births.Follow(SparkplugTopic.Of(Encoding.UTF8.GetBytes(topics[dice.Next(topics.Length)])), message, false, out var aliases);
            var metrics = new SparkplugReadings(message, aliases, Names, refused);
            Drain(ref metrics);
            if (i % 25 != 0) continue;
            Read(payload);
            var items = new ProfileReadings(Mutated(headend, dice), profiles[dice.Next(profiles.Count)]);
            Drain(ref items);
            items.Dispose();
        }
    }

    private static RegisterNames Names { get; } = new(new IntakeOptions().SparkplugRegisters.Select(n => (n.Key, n.Value)));

    /// <summary>Null: broken; a null item: faulty.</summary>
    private static List<ReferenceItem?>? Read(byte[] payload)
    {
        if (!SenmlReadings.Recognises(payload))
        {
            var items = new JsonReadings(payload);
            var read = Drain(ref items);
            if (PlainReading.TryRead(payload, out var timeMs, out var value))
                Assert.Equal([new ReferenceItem("", Register.Total, timeMs, value, "", 0)], read!);
            return read;
        }
        var records = new SenmlReadings(payload, NowMs, stackalloc byte[SenmlReadings.NameRoom]);
        return Drain(ref records);
    }

    private static List<ReferenceItem?>? Drain<T>(ref T items) where T : IPayloadItems, allows ref struct
    {
        var found = new List<ReferenceItem?>();
        while (items.Next(out var item))
        {
            if (item.Fault is not null) items.Alone(item);
            found.Add(item.Fault is not null ? null : new ReferenceItem(
                Encoding.UTF8.GetString(item.Meter), item.Register, item.TimeMs, item.Value, Encoding.UTF8.GetString(item.Unit), item.Revision));
        }
        return items.Broken is null ? found : null;
    }

    private static byte[] Noise(Random dice)
    {
        var bytes = new byte[dice.Next(64)];
        dice.NextBytes(bytes);
        return bytes;
    }

    /// <summary>One to three of: a byte changed, a stretch cut, a piece put in, a stretch doubled, a digit changed.</summary>
    private static byte[] Mutated(byte[] payload, Random dice)
    {
        for (var times = dice.Next(1, 4); times > 0 && payload.Length > 0; times--)
        {
            var (at, piece) = (dice.Next(payload.Length), Encoding.UTF8.GetBytes(Pieces[dice.Next(Pieces.Length)]));
            var end = Math.Min(payload.Length, at + dice.Next(12));
            payload = dice.Next(6) switch
            {
                0 => [.. payload[..at], (byte)dice.Next(256), .. payload[(at + 1)..]],
                1 => [.. payload[..at], .. payload[end..]],
                2 => [.. payload[..at], .. piece, .. payload[at..]],
                3 => [.. payload[..end], .. payload[at..]],
                _ => [.. payload.Select((b, i) => i >= at && char.IsAsciiDigit((char)b) && dice.Next(4) == 0 ? (byte)('0' + dice.Next(10)) : b)],
            };
        }
        return payload;
    }
}
