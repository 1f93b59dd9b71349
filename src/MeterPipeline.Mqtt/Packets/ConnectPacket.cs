namespace MeterPipeline.Mqtt.Packets;

/// <summary>CONNECT. The will is checked for form; of it only the retain flag is kept.</summary>
public sealed record ConnectPacket
{
    /// <summary>Session expiry interval that stands for "never".</summary>
    public const uint NeverExpires = uint.MaxValue;

    /// <summary>4 for MQTT 3.1.1, 5 for MQTT 5.</summary>
    public required byte Level { get; init; }

    /// <summary>Clean session in 3.1.1.</summary>
    public bool CleanStart { get; private init; }

    /// <summary>0: none.</summary>
    public ushort KeepAliveSeconds { get; private init; }

    /// <summary>Empty: the server chooses one.</summary>
    public string ClientId { get; private init; } = "";

    public string? User { get; private init; }

    public byte[]? Password { get; init; }

    public bool WillRetained { get; private init; }

    /// <summary>How long the session is kept after the connection, seconds. In 3.1.1 it never expires unless it is a clean one.</summary>
    public uint SessionExpirySeconds { get; private init; }

    /// <summary>QoS 1 messages that the client takes unacknowledged.</summary>
    public ushort ReceiveMaximum { get; private init; } = ushort.MaxValue;

    /// <summary>Largest packet that the client takes, bytes.</summary>
    public uint PacketBytesMax { get; private init; } = uint.MaxValue;

    public bool WantsResponseInformation { get; private init; }

    /// <summary>Whether reason strings may be sent.</summary>
    public bool WantsProblemInformation { get; private init; } = true;

    /// <summary>Null: no enhanced authentication.</summary>
    public string? AuthenticationMethod { get; private init; }

    /// <summary>The text where a packet that carries it may be sent to the client [MQTT-3.1.2-29, MQTT-3.4.2-2, MQTT-3.14.2-3]; else null.</summary>
    /// <param name="wanted">The client wants problem information.</param>
    /// <param name="packetBytesMax">Largest packet that the client takes.</param>
    public static string? Explanation(string text, bool wanted, uint packetBytesMax) => wanted && text.Length * 3 + 32 <= packetBytesMax ? text : null;

    /// <summary>The level that a CONNECT claims, as far as it can be told, so that a broken one is answered in its own version; 0: unknown.</summary>
    public static byte LevelOf(ReadOnlySpan<byte> body) => body.Length > 6 && body[..6].SequenceEqual("\0\u0004MQTT"u8) ? body[6] : (byte)0;

    /// <exception cref="ProtocolException">Malformed, or of a version that is not served.</exception>
    public static ConnectPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var (protocol, level) = (reader.Text(), reader.Byte());
        if (protocol is not ("MQTT" or "MQIsdp"))
            throw ProtocolException.Error("bad-protocol", "The protocol name is not MQTT [MQTT-3.1.2-1].");
        if (protocol != "MQTT" || level is not (ProtocolLevel.V311 or ProtocolLevel.V5))
            throw new ProtocolException("bad-level", ReasonCode.UnsupportedProtocolVersion, $"Protocol level {level}; connect with MQTT 3.1.1 or 5 [MQTT-3.1.2-2].");
        var flags = reader.Byte();
        CheckFlags(flags, level);
        var connect = new ConnectPacket { Level = level, CleanStart = (flags & 0x02) != 0, KeepAliveSeconds = reader.UInt16(), WillRetained = (flags & 0x20) != 0 };
        connect = level == ProtocolLevel.V5
            ? connect.WithProperties(ref reader)
            : connect with { SessionExpirySeconds = connect.CleanStart ? 0 : NeverExpires };
        connect = connect with { ClientId = reader.Text() };
        if ((flags & 0x04) != 0) SkipWill(ref reader, level);
        connect = connect with
        {
            User = (flags & 0x80) != 0 ? reader.Text() : null,
            Password = (flags & 0x40) != 0 ? reader.Binary().ToArray() : null,
        };
        if (!reader.AtEnd) throw ProtocolException.Malformed("bad-connect", "CONNECT holds more than its flags announce.");
        return connect;
    }

    private static void CheckFlags(byte flags, byte level)
    {
        var (will, willQos, willRetain) = ((flags & 0x04) != 0, (flags >> 3) & 3, (flags & 0x20) != 0);
        if ((flags & 1) != 0) throw ProtocolException.Malformed("bad-connect", "The reserved flag of CONNECT is set [MQTT-3.1.2-3].");
        if (willQos == 3 || (!will && (willQos > 0 || willRetain)))
            throw ProtocolException.Malformed("bad-connect", "CONNECT's will flags contradict each other [MQTT-3.1.2-11 to -15].");
        if (level == ProtocolLevel.V311 && (flags & 0xC0) == 0x40)
            throw ProtocolException.Malformed("bad-connect", "CONNECT has a password without a user [MQTT-3.1.2-22].");
    }

    private ConnectPacket WithProperties(ref PacketReader reader)
    {
        var connect = this;
        var withData = false;
        var properties = new PropertyReader(ref reader, PropertyReader.InConnect);
        while (properties.Next(out var property))
        {
            var number = property.Number;
            withData |= property.Id == PropertyId.AuthenticationData;
            connect = property.Id switch
            {
                PropertyId.SessionExpiry => connect with { SessionExpirySeconds = number },
                PropertyId.ReceiveMaximum => connect with { ReceiveMaximum = (ushort)number },
                PropertyId.MaximumPacketSize => connect with { PacketBytesMax = number },
                PropertyId.RequestResponseInformation => connect with { WantsResponseInformation = number == 1 },
                PropertyId.RequestProblemInformation => connect with { WantsProblemInformation = number == 1 },
                PropertyId.AuthenticationMethod => connect with { AuthenticationMethod = System.Text.Encoding.UTF8.GetString(property.Bytes) },
                _ => connect,
            };
        }
        if (withData && connect.AuthenticationMethod is null) throw ProtocolException.Error("bad-connect", "Authentication data without a method (3.1.2.11.10).");
        return connect;
    }

    private static void SkipWill(ref PacketReader reader, byte level)
    {
        if (level == ProtocolLevel.V5)
        {
            var properties = new PropertyReader(ref reader, PropertyReader.InWill);
            while (properties.Next(out _))
            {
            }
        }
        var topic = reader.TextBytes();
        if (topic.IndexOfAny((byte)'+', (byte)'#') >= 0) throw new ProtocolException("bad-topic", ReasonCode.TopicNameInvalid, "The will's topic has wildcards.");
        reader.Binary();
    }
}
