using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>The decoders are total: any bytes give a packet, a wish for more, or a named error.</summary>
[Trait(Effort.Category, Effort.Random)]
public sealed class DecoderTests
{
    private const int Seed = 20261121;
    private static readonly int Rounds = Effort.Times(25_000);

    [Fact]
    public void Any_bytes_give_a_packet_or_more_or_a_named_error()
    {
        var random = new Random(Seed);
        var models = Models();
        var errors = new HashSet<string>(StringComparer.Ordinal);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            byte[] bytes = [.. models[random.Next(models.Length)]];
            for (var flips = random.Next(4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length + 1)];
            if (random.Next(16) == 0) random.NextBytes(bytes);
            try
            {
                if (Frame.TryRead(bytes, 4096, out var frame, out _)) read += ReadAll(frame, random.Next(2) == 0 ? ProtocolLevel.V311 : ProtocolLevel.V5);
            }
            catch (ProtocolException named)
            {
                Assert.True((byte)named.Code >= 0x80 && named.Reason.Length > 0 && named.Message.Length > 0, named.ToString());
                errors.Add(named.Reason);
            }
        }
        // The fuzz reaches what it is for.
        Assert.True(read > Rounds / 10, $"{read} packets were read.");
        Assert.Superset(new HashSet<string>(["truncated", "bad-text", "bad-topic", "bad-property", "repeated-property", "malformed-length", "bad-filter", "bad-connect"]), errors);
    }

    [Fact]
    public void A_frame_asks_for_what_it_needs_at_every_cut()
    {
        var packet = RawClient.Publish(1, new string('x', 300));
        for (var cut = 0; cut < packet.Length; cut++)
        {
            Assert.False(Frame.TryRead(packet.AsSpan(0, cut), 4096, out _, out var needed));
            Assert.Equal(cut < 3 ? 0 : packet.Length, needed);
        }
        Assert.True(Frame.TryRead(packet, 4096, out var whole, out _));
        Assert.Equal(packet.Length, whole.Size);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("a/+/b/#", true)]
    [InlineData("+/+", true)]
    [InlineData("$share/g/a/#", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("#/a", false)]
    [InlineData("a+/b", false)]
    [InlineData("a/+b", false)]
    [InlineData("$share/", false)]
    [InlineData("$share/g", false)]
    [InlineData("$share/g/", false)]
    [InlineData("$share/g#/a", false)]
    public void Filters_have_a_form_MQTT_4_7_1_and_4_8_2(string filter, bool valid) => Assert.Equal(valid, TopicFilter.IsValid(System.Text.Encoding.UTF8.GetBytes(filter)));

    private static int ReadAll(in Frame frame, byte level)
    {
        switch (frame.Type)
        {
            case PacketType.Connect:
                ConnectPacket.LevelOf(frame.Body);
                ConnectPacket.Read(frame.Body);
                return 1;
            case PacketType.Publish:
                PublishPacket.Read(frame, level, fromBroker: true);
                PublishPacket.Read(frame, level);
                return 1;
            case PacketType.Connack:
                ConnackPacket.Read(frame.Body, level);
                return 1;
            case PacketType.Suback:
                SubackPacket.Read(frame.Body, level);
                return 1;
            case PacketType.Subscribe or PacketType.Unsubscribe:
                var packet = SubscribePacket.Read(frame, level);
                while (packet.Next(out _, out _))
                {
                }
                return 1;
            case PacketType.Disconnect:
                ServerDisconnectPacket.Read(frame.Body);
                DisconnectPacket.Read(frame.Body, level);
                return 1;
            default:
                AckPacket.Read(frame.Body, level);
                return 1;
        }
    }

    private static byte[][] Models() =>
    [
        RawClient.Connect("id", flags: 0xEE, rest: [.. RawClient.Text("will"), .. RawClient.Text("gone"), .. RawClient.Text("user"), .. RawClient.Text("word")]),
        Raw5.Connect("id", flags: 0xC6, properties: [.. Raw5.SessionExpiry(9), 0x21, 0, 9, .. Raw5.UserProperty("k", "v")],
            rest: [5, 0x18, 0, 0, 0, 1, .. RawClient.Text("will"), .. RawClient.Text("gone"), .. RawClient.Text("user"), .. RawClient.Text("word")]),
        RawClient.Publish(7, "payload"),
        Raw5.Publish(7, "payload", properties: [.. Raw5.Alias(3), 0x09, 0, 1, 7, 0x08, .. RawClient.Text("r"), .. Raw5.UserProperty("k", "v")]),
        Raw5.Subscribe(1, Raw5.UserProperty("k", "v"), ("a/+", 1), ("$share/g/b/#", 2)),
        Raw5.Unsubscribe(1, "a", "b"),
        [0x20, 2, 1, 5],
        RawClient.Packet(0x20, [1, 0, .. Raw5.Block([.. Raw5.SessionExpiry(9), 0x2A, 0, 0x13, 0, 9, 0x1F, .. RawClient.Text("why")])]),
        RawClient.Packet(0x90, [0, 1, .. Raw5.Block([0x1F, .. RawClient.Text("why")]), 1, 0x87]),
        [0x40, 2, 0, 7],
        [0x62, 10, 0, 7, 0, 6, 0x1F, 0, 3, (byte)'w', (byte)'h', (byte)'y'],
        RawClient.Packet(0xE0, [4, .. Raw5.Block(Raw5.SessionExpiry(9))]),
    ];
}
