using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>What a client and the endpoint have agreed upon by CONNECT and CONNACK.</summary>
/// <param name="Company">What the client has proved to be; null where nobody has to.</param>
/// <param name="KeepAliveSeconds">The client's, or the server's where that is shorter (MQTT 5); 0: none.</param>
/// <param name="SessionExpirySeconds">How long the session outlives the connection; 0: not at all.</param>
/// <param name="ReceiveMaximum">QoS 1 messages that the client takes unacknowledged.</param>
/// <param name="PacketBytesMax">Largest packet that the client takes.</param>
/// <param name="PacketBytesTaken">Largest packet taken from the client: the endpoint's limit, or its company's.</param>
/// <param name="Explains">Reason strings may be sent [MQTT-3.1.2-29].</param>
internal sealed record Terms(
    byte Level, string? Company, string ClientId, int KeepAliveSeconds, uint SessionExpirySeconds, ushort ReceiveMaximum, uint PacketBytesMax, int PacketBytesTaken, bool Explains)
{
    public bool IsV5 => Level == ProtocolLevel.V5;

    /// <inheritdoc cref="ConnectPacket.Explanation"/>
    public string? Explain(string text) => ConnectPacket.Explanation(text, Explains, PacketBytesMax);
}
