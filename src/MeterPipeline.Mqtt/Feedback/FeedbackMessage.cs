using System.Buffers;
using System.Text;
using System.Text.Json;
using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt;

/// <summary>One rejection as readers of the feedback topic get it: JSON, and in MQTT 5 the publisher's correlation data beside it.</summary>
internal sealed class FeedbackMessage
{
    private readonly byte[] topic;
    private readonly byte[] payload;
    private readonly byte[] correlation;

    /// <param name="client">Client id of the publisher: packet identifiers mean something beside it only.</param>
    public FeedbackMessage(Rejection rejection, string client, ReadOnlySpan<byte> topic, in PublishPacket publish)
    {
        Company = rejection.Company;
        this.topic = Encoding.UTF8.GetBytes(FeedbackTopic.Of(rejection.Company));
        correlation = publish.Properties.Correlation.ToArray();
        payload = Json(rejection, client, topic, publish);
    }

    public string Company { get; }

    /// <param name="packetId">0 at QoS 0.</param>
    /// <param name="again">Sent before on another connection.</param>
    public byte[] Render(byte level, ushort packetId, bool again)
    {
        var body = new PacketBuilder().Binary(topic);
        if (packetId != 0) body.UInt16(packetId);
        if (level == ProtocolLevel.V5)
        {
            var properties = new PacketBuilder().Property(PropertyId.PayloadFormat).Byte(1).Property(PropertyId.ContentType).Text("application/json");
            if (correlation.Length > 0) properties.Property(PropertyId.CorrelationData).Binary(correlation);
            body.Properties(properties);
        }
        return body.Raw(payload).Packet((byte)(0x30 | (packetId != 0 ? 2 : 0) | (again ? 8 : 0)));
    }

    private static byte[] Json(Rejection rejection, string client, ReadOnlySpan<byte> topic, in PublishPacket publish)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("client"u8, client);
            json.WriteString("topic"u8, topic);
            if (publish.PacketId != 0) json.WriteNumber("packetId"u8, publish.PacketId);
            json.WriteString("reason"u8, rejection.Reason);
            json.WriteString("detail"u8, rejection.Detail);
            json.WriteNumber("items"u8, rejection.Items);
            if (!publish.Properties.Correlation.IsEmpty) json.WriteBase64String("correlation"u8, publish.Properties.Correlation);
            if (!publish.Properties.ResponseTopic.IsEmpty) json.WriteString("responseTopic"u8, publish.Properties.ResponseTopic);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
