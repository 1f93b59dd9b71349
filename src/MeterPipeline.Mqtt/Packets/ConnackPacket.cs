using System.Text;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>CONNACK from a server, in either version.</summary>
public sealed record ConnackPacket
{
    /// <summary>The return codes 1 to 5 of MQTT 3.1.1 as what they are in MQTT 5 (3.2.2.3).</summary>
    private static readonly ReasonCode[] Old =
    [
        ReasonCode.UnsupportedProtocolVersion, ReasonCode.ClientIdNotValid, ReasonCode.ServerUnavailable, ReasonCode.BadUserOrPassword, ReasonCode.NotAuthorised,
    ];

    public bool SessionPresent { get; private init; }

    /// <summary>Of both versions the code of MQTT 5. A server may send codes that we do not know.</summary>
    public ReasonCode Code { get; private init; }

    /// <summary>In the server's words; null: none given.</summary>
    public string? Reason { get; private init; }

    /// <summary>Seconds that the server keeps the session; null: as asked.</summary>
    public uint? SessionExpirySeconds { get; private init; }

    /// <summary>Seconds between signs of life, where the server wants others than asked; null: as asked.</summary>
    public ushort? KeepAliveSeconds { get; private init; }

    public bool TakesShares { get; private init; } = true;

    public bool TakesWildcards { get; private init; } = true;

    /// <param name="level">Of the CONNECT that is answered; a server that does not know it answers in the older form, which is told by its length.</param>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static ConnackPacket Read(ReadOnlySpan<byte> body, byte level)
    {
        var reader = new PacketReader(body);
        var (flags, code) = (reader.Byte(), reader.Byte());
        var connack = new ConnackPacket { SessionPresent = (flags & 1) != 0, Code = code is >= 1 and <= 5 ? Old[code - 1] : (ReasonCode)code };
        if (level == ProtocolLevel.V5 && !reader.AtEnd) connack = connack.WithProperties(ref reader);
        return reader.AtEnd ? connack : throw ProtocolException.Malformed("bad-length", "CONNACK holds more than it should.");
    }

    private ConnackPacket WithProperties(ref PacketReader reader)
    {
        var connack = this;
        var properties = new PropertyReader(ref reader, PropertyReader.InConnack);
        while (properties.Next(out var property))
        {
            var number = property.Number;
            connack = property.Id switch
            {
                PropertyId.SessionExpiry => connack with { SessionExpirySeconds = number },
                PropertyId.ServerKeepAlive => connack with { KeepAliveSeconds = (ushort)number },
                PropertyId.SharedAvailable => connack with { TakesShares = number == 1 },
                PropertyId.WildcardAvailable => connack with { TakesWildcards = number == 1 },
                PropertyId.ReasonString => connack with { Reason = Encoding.UTF8.GetString(property.Bytes) },
                _ => connack,
            };
        }
        return connack;
    }
}
