using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>Renders what a subscriber asks of its broker, in both versions.</summary>
internal static class ClientPackets
{
    private const int SecondsPerDay = 86_400;

    public static uint SessionExpirySeconds(SubscriberOptions options) => (uint)(options.SessionExpiryDays * SecondsPerDay);

    /// <summary>CONNECT that takes up the session. In MQTT 5 without a Topic Alias Maximum, which forbids the broker aliases [MQTT-3.1.2-27].</summary>
    public static byte[] Connect(SubscriberOptions options, byte level)
    {
        var flags = (options.User is null ? 0 : 0x80) | (options.Password is null ? 0 : 0x40);
        var body = new PacketBuilder().Text("MQTT").Byte(level).Byte((byte)flags).UInt16(options.KeepAliveSeconds);
        if (level == ProtocolLevel.V5)
            body.Properties(new PacketBuilder()
                .Property(PropertyId.SessionExpiry).UInt32(SessionExpirySeconds(options))
                .Property(PropertyId.ReceiveMaximum).UInt16(options.ReceiveMaximum)
                .Property(PropertyId.MaximumPacketSize).UInt32((uint)options.MaxPacketBytes));
        body.Text(options.ClientId);
        if (options.User is not null) body.Text(options.User);
        if (options.Password is not null) body.Text(options.Password);
        return body.Packet(0x10);
    }

    /// <summary>
    /// SUBSCRIBE. At QoS 1 a broker of MQTT 5 sends retained messages only with a subscription that is new (retain handling 1): after a reconnect they
    /// are old readings seen again. At QoS 0, for figures, they are what is wanted.
    /// </summary>
    /// <param name="qos">0 or 1.</param>
    public static byte[] Subscribe(byte level, ushort packetId, IReadOnlyList<string> filters, byte qos)
    {
        var body = new PacketBuilder().UInt16(packetId);
        if (level == ProtocolLevel.V5) body.Properties(new PacketBuilder());
        var options = (byte)(level == ProtocolLevel.V5 && qos == 1 ? 0x11 : qos);
        foreach (var filter in filters) body.Text(filter).Byte(options);
        return body.Packet(0x82);
    }
}
