using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Mqtt.Sessions;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>Serves every packet of a connected client that is no PUBLISH. Owned by the read loop.</summary>
internal sealed class Requests(Terms terms, Session session, PublishStream publishes, Outbox outbox, EndpointServices services, string peer)
{
    /// <summary>How long the session outlives the connection; a DISCONNECT of MQTT 5 may change it.</summary>
    public uint SessionExpirySeconds { get; private set; } = terms.SessionExpirySeconds;

    /// <returns>False when the client is done.</returns>
    /// <exception cref="ProtocolException">Malformed, or nothing that this client may send now.</exception>
    public bool Serve(in Frame frame)
    {
        if (!frame.FlagsFit) throw ProtocolException.Malformed("bad-flags", $"{frame.Type} with reserved flags set otherwise [MQTT-2.1.3-1; in version 3.1.1 MQTT-2.2.2-2].");
        switch (frame.Type)
        {
            case PacketType.Pubrel:
                publishes.Release(AckPacket.Read(frame.Body, terms.Level).PacketId);
                return true;
            case PacketType.Puback:
                session.Feedback.Acknowledged(AckPacket.Read(frame.Body, terms.Level).PacketId);
                return true;
            case PacketType.Pingreq:
                outbox.Add(PacketWriter.Pingresp);
                return true;
            case PacketType.Subscribe:
                Subscribe(frame);
                return true;
            case PacketType.Unsubscribe:
                Unsubscribe(frame);
                return true;
            case PacketType.Disconnect:
                Disconnect(DisconnectPacket.Read(frame.Body, terms.Level));
                return false;
            case PacketType.Connect:
                throw ProtocolException.Error("second-connect", "A second CONNECT on one connection [MQTT-3.1.0-2].");
            default:
                throw ProtocolException.Error("unexpected-packet", $"A client does not send packet type {(int)frame.Type} here.");
        }
    }

    private void Subscribe(in Frame frame)
    {
        var packet = SubscribePacket.Read(frame, terms.Level);
        if (packet.HasIdentifier)
            throw new ProtocolException("subscribe", ReasonCode.SubscriptionIdentifiersNotSupported, "Subscription identifiers are not served (3.2.2.3.12).");
        List<byte> codes = [];
        while (packet.Next(out var filter, out var qos)) codes.Add(Grant(filter, qos));
        outbox.Add(PacketWriter.FilterAck(0x90, terms.Level, packet.PacketId, [.. codes]));
    }

    /// <summary>The granted QoS, or why nothing is granted.</summary>
    private byte Grant(ReadOnlySpan<byte> filter, byte qos)
    {
        // Announced in CONNACK, therefore a protocol error in MQTT 5; 3.1.1 knows a failure of the one filter only.
        if (terms.IsV5 && TopicFilter.IsShared(filter))
            throw new ProtocolException("subscribe", ReasonCode.SharedSubscriptionsNotSupported, "Shared subscriptions are not served (3.2.2.3.13).");
        if (terms.IsV5 && TopicFilter.HasWildcards(filter))
            throw new ProtocolException("subscribe", ReasonCode.WildcardSubscriptionsNotSupported, "Wildcard subscriptions are not served (3.2.2.3.11).");
        if (FeedbackTopic.CompanyIn(filter) is not { } company || (terms.Company is { } own && own != company))
            return Refuse(ReasonCode.NotAuthorised, "Only metering/v1/{company}/feedback of the client's own company can be subscribed to; read from InfluxDB or /api/v1.");
        var granted = Math.Min(qos, (byte)1);
        return services.Feedback.Add(company, session.Feedback, granted) ? granted : Refuse(ReasonCode.QuotaExceeded, "The session reads the feedback of too many companies.");
    }

    private byte Refuse(ReasonCode code, string message)
    {
        services.Refuse("subscribe", message, peer);
        return terms.IsV5 ? (byte)code : (byte)0x80;
    }

    private void Unsubscribe(in Frame frame)
    {
        var packet = SubscribePacket.Read(frame, terms.Level);
        List<byte> codes = [];
        while (packet.Next(out var filter, out _))
        {
            var was = FeedbackTopic.CompanyIn(filter) is { } company && services.Feedback.Remove(company, session.Feedback);
            codes.Add((byte)(was ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted));
        }
        outbox.Add(PacketWriter.FilterAck(0xB0, terms.Level, packet.PacketId, terms.IsV5 ? [.. codes] : []));
    }

    private void Disconnect(DisconnectPacket packet)
    {
        if (packet.SessionExpirySeconds is not { } expiry) return;
        if (terms.SessionExpirySeconds == 0 && expiry != 0)
            throw ProtocolException.Error("bad-disconnect", "A session that ends with its connection cannot be kept by DISCONNECT (3.14.2.2.2).");
        SessionExpirySeconds = Math.Min(expiry, (uint)services.Options.SessionExpirySecondsMax);
    }
}
